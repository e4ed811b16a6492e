using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>A partition of which a broker has a replica, after a change.</summary>
public readonly record struct LocalReplica(Uuid TopicId, TopicPartition Partition, PartitionRegistration Registration);
