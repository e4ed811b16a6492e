using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Fetching;

/// <summary>Names a partition within a fetch: by topic id from version 13 on (KIP-516), by name before; the other one is zero or
/// null.</summary>
internal readonly record struct FetchPartitionKey(Uuid TopicId, string? Topic, int Partition)
{
    /// <summary>Seeded, as clients choose ids, names and numbers.</summary>
    public override int GetHashCode() =>
        SeededHash.Of(Topic is null ? TopicId.GetHashCode() : Topic.GetHashCode(StringComparison.Ordinal), Partition);
}
