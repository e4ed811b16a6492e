namespace KafkaSharp.Protocol;

/// <summary>A partition of a topic by the topic's name; <see cref="ToString"/> gives the name of its log directory, <c>topic-0</c>.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}-{Partition}";
}

/// <summary>A partition of a topic by the topic's id, which a topic created again under the same name does not share (KIP-516).</summary>
public readonly record struct TopicIdPartition(Uuid TopicId, TopicPartition TopicPartition)
{
    public override string ToString() => $"{TopicId}:{TopicPartition}";
}
