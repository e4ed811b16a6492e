namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// Collects the topics of a response from several sources; the partitions of a topic that occurs twice are merged into one topic, as
/// Kafka's response builders do. Not thread-safe.
/// </summary>
/// <param name="key">What identifies a topic.</param>
/// <param name="partitions">The partitions of a topic.</param>
internal sealed class TopicResponses<TTopic, TPartition>(Func<TTopic, object> key, Func<TTopic, List<TPartition>> partitions)
{
    private readonly Dictionary<object, TTopic> _byKey = [];

    public List<TTopic> Topics { get; private set; } = [];

    public void Add(TTopic topic)
    {
        if (_byKey.TryAdd(key(topic), topic))
            Topics.Add(topic);
        else
            partitions(_byKey[key(topic)]).AddRange(partitions(topic));
    }

    /// <summary>Adds the topics of the shard's response. When nothing was added before they stay as they are, as in Kafka.</summary>
    public List<TTopic> Merge(List<TTopic> topics)
    {
        if (Topics.Count == 0)
            return Topics = topics;
        foreach (var topic in topics)
            Add(topic);
        return Topics;
    }
}
