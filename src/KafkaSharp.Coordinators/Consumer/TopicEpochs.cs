using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>Partitions of a topic, and the epoch in which each was assigned to its member. The dictionary must not be changed.</summary>
internal readonly record struct TopicEpochs(Uuid TopicId, IReadOnlyDictionary<int, int> Epochs);
