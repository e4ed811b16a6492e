using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Replication;

/// <summary>What to read of one partition.</summary>
/// <param name="FetchOffset">The first offset to read.</param>
/// <param name="MaxBytes">The most bytes of records. As in Kafka, a negative number is refused if there is something to read.</param>
/// <param name="CurrentLeaderEpoch">The leader epoch that the fetcher knows, or -1.</param>
/// <param name="LastFetchedEpoch">The epoch of the last record that the fetcher has, or -1.</param>
/// <param name="Isolation">The isolation level: the offset up to which the fetcher may read.</param>
/// <param name="MinOneMessage">Whether the first batch is read even if it is larger than <paramref name="MaxBytes"/>.</param>
/// <param name="AllowsPartialBatch">
/// Whether a first batch larger than <paramref name="MaxBytes"/> is read partially (Fetch up to version 2) instead of not at all.
/// </param>
/// <param name="ReplicaId">The broker that fetches as a follower, or a negative number for a consumer.</param>
/// <param name="OnlyOffsets">Whether no record and no aborted transaction is wanted.</param>
internal readonly record struct PartitionRead(
    long FetchOffset, int MaxBytes, int CurrentLeaderEpoch, int LastFetchedEpoch, FetchIsolation Isolation, bool MinOneMessage,
    bool AllowsPartialBatch, int ReplicaId = -1, bool OnlyOffsets = false);
