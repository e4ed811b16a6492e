using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>A partition a broker holds, after a change.</summary>
public readonly record struct LocalReplica(Uuid TopicId, TopicPartition Partition, PartitionRegistration Registration);
