namespace KafkaSharp.Protocol;

/// <summary>
/// A partition, identified by topic name and index (Kafka's <c>TopicPartition</c>). <see cref="ToString"/> returns the name of its log
/// directory, such as <c>topic-0</c>.
/// </summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>Seeded, as clients choose names and numbers.</summary>
    public override int GetHashCode() => SeededHash.Of(Topic?.GetHashCode(StringComparison.Ordinal) ?? 0, Partition);

    public override string ToString() => $"{Topic}-{Partition}";
}

/// <summary>
/// A partition, identified by topic id and index (Kafka's <c>TopicIdPartition</c>). A topic that is recreated with the same name has
/// another id (KIP-516).
/// </summary>
public readonly record struct TopicIdPartition(Uuid TopicId, TopicPartition TopicPartition)
{
    /// <summary>Seeded, as clients choose ids and numbers.</summary>
    public override int GetHashCode() => SeededHash.Of(TopicId.GetHashCode(), TopicPartition.GetHashCode());

    public override string ToString() => $"{TopicId}:{TopicPartition}";
}
