using KafkaSharp.Protocol;

namespace KafkaSharp.Storage;

/// <summary>A log with what the manager knows of it: its directory and the topic id in its partition.metadata (null in folders from before KIP-516).</summary>
public sealed record ManagedLog(PartitionLog Log, LogDirectory Directory, Uuid? TopicId)
{
    public TopicPartition TopicPartition => Log.TopicPartition;
}
