using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Fetching;

/// <summary>The parameters of a fetch that apply to all its partitions together.</summary>
/// <param name="MaxWait">The time limit of the wait for <paramref name="MinBytes"/>.</param>
/// <param name="MinBytes">The number of record bytes that ends the wait.</param>
/// <param name="MaxBytes">The most bytes of records in the response; the first batch is included even if it is larger, unless the limit is
/// hard.</param>
/// <param name="Isolation">The isolation level: the offset up to which the fetcher may read.</param>
/// <param name="HardMaxBytes">Whether the limit also applies to the first batch (versions up to 2).</param>
/// <param name="ReplicaId">The broker that fetches as a follower, or a negative number for a consumer.</param>
internal readonly record struct FetchParameters(
    TimeSpan MaxWait, int MinBytes, int MaxBytes, FetchIsolation Isolation, bool HardMaxBytes, int ReplicaId = -1);
