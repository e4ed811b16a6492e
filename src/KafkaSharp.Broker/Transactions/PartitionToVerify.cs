using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Transactions;

/// <summary>A partition that a producer is about to write to in a transaction.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Sequence">The first sequence of the records; -1 for those of a coordinator.</param>
internal readonly record struct PartitionToVerify(TopicPartition Partition, int Sequence);
