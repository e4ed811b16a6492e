using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Fetching;

/// <summary>What a fetch asks of all its partitions together.</summary>
/// <param name="MaxWait">How long to wait for <paramref name="MinBytes"/>.</param>
/// <param name="MinBytes">How many bytes of records make an answer worth giving before that.</param>
/// <param name="MaxBytes">The most bytes of records in the response; the first batch is included even if it is larger, unless the limit is
/// hard.</param>
/// <param name="Isolation">How far the fetcher may see.</param>
/// <param name="HardMaxBytes">Whether the limit holds for the first batch too (versions up to 2).</param>
readonly record struct FetchParameters(
    TimeSpan MaxWait, int MinBytes, int MaxBytes, FetchIsolation Isolation, bool HardMaxBytes);
