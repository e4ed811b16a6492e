using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The partitions that a member has, or must give up, with the epochs in which they were assigned. A commit of an older member epoch is
/// accepted for a partition that was assigned in that epoch or before (KIP-1251). Immutable and safe for use from any thread.
/// </summary>
internal sealed class OwnedPartitions
{
    private static readonly IReadOnlyDictionary<int, int> _none = new Dictionary<int, int>();

    private readonly Dictionary<Uuid, IReadOnlyDictionary<int, int>> _topics;

    private OwnedPartitions(Dictionary<Uuid, IReadOnlyDictionary<int, int>> topics) => _topics = topics;

    public static OwnedPartitions Empty { get; } = new([]);

    public bool IsEmpty => _topics.Count == 0;

    public IReadOnlyCollection<Uuid> TopicIds => _topics.Keys;

    /// <summary>Topics without partitions are left out.</summary>
    public static OwnedPartitions Of(IEnumerable<TopicEpochs> topics)
    {
        var owned = topics.Where(topic => topic.Epochs.Count > 0).ToDictionary(topic => topic.TopicId, topic => topic.Epochs);
        return owned.Count == 0 ? Empty : new OwnedPartitions(owned);
    }

    /// <summary>The partitions of a topic and their epochs; none when it has none.</summary>
    public IReadOnlyDictionary<int, int> Of(Uuid topicId) => _topics.GetValueOrDefault(topicId, _none);

    public bool Contains(Uuid topicId, int partition) => Of(topicId).ContainsKey(partition);

    /// <summary>The epoch in which a partition was assigned; null when it is not among these.</summary>
    public int? EpochOf(Uuid topicId, int partition) => Of(topicId).TryGetValue(partition, out var epoch) ? epoch : null;

    /// <summary>The same partitions in another epoch.</summary>
    public OwnedPartitions InEpoch(int epoch) => Of(_topics.Select(topic => new TopicEpochs(
        topic.Key, topic.Value.Keys.ToDictionary(partition => partition, _ => epoch))));

    /// <summary>The partitions of the topics, in the order in which Kafka's broker would list them.</summary>
    public IEnumerable<TopicEpochs> InOrder()
    {
        TopicEpochs[] topics = [.. _topics.Select(topic => new TopicEpochs(topic.Key, topic.Value))];
        JavaHashOrder.Sort(topics, topic => JavaHashOrder.HashCode(topic.TopicId), JavaHashOrder.Capacity(topics.Length));
        return topics;
    }

    /// <summary>The partitions of one topic, in the order in which Kafka's broker would list them.</summary>
    public static int[] InOrder(TopicEpochs topic)
    {
        int[] partitions = [.. topic.Epochs.Keys.Order()];
        JavaHashOrder.Sort(partitions, partition => partition, JavaHashOrder.Capacity(partitions.Length));
        return partitions;
    }

    /// <summary>Whether both are the same partitions in the same epochs.</summary>
    public bool IsSameAs(OwnedPartitions other) => ReferenceEquals(this, other)
        || (_topics.Count == other._topics.Count && _topics.All(topic => AreSame(topic.Value, other.Of(topic.Key))));

    private static bool AreSame(IReadOnlyDictionary<int, int> one, IReadOnlyDictionary<int, int> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var epoch) && epoch == entry.Value);
}
