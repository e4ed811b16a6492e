using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Replication;

/// <summary>What to read of one partition.</summary>
/// <param name="FetchOffset">The offset to begin at.</param>
/// <param name="MaxBytes">The most bytes of records, not negative.</param>
/// <param name="CurrentLeaderEpoch">The leader epoch that the fetcher knows, or -1.</param>
/// <param name="LastFetchedEpoch">The epoch of the last record that the fetcher has, or -1.</param>
/// <param name="Isolation">How far the fetcher may see.</param>
/// <param name="MinOneMessage">Whether the first batch is read even if it is larger than <paramref name="MaxBytes"/>.</param>
/// <param name="AllowsPartialBatch">
/// Whether the first batch may be cut off at <paramref name="MaxBytes"/> (Fetch up to version 2); otherwise nothing is read instead.
/// </param>
readonly record struct PartitionRead(
    long FetchOffset, int MaxBytes, int CurrentLeaderEpoch, int LastFetchedEpoch, FetchIsolation Isolation, bool MinOneMessage, bool AllowsPartialBatch);
