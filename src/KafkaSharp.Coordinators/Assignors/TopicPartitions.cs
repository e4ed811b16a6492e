using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>Partitions of one topic, each once. The array must not be changed.</summary>
internal readonly record struct TopicPartitions(Uuid TopicId, int[] Partitions);
