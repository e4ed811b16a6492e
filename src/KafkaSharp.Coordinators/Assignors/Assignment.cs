using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// The partitions of one member, in the order in which Kafka's broker would hold them (Kafka's <c>Assignment</c>). Immutable and safe for
/// use from any thread.
/// </summary>
internal sealed class Assignment
{
    public static readonly Assignment Empty = new([]);

    private readonly TopicPartitions[] _topics;
    private Dictionary<Uuid, int[]>? _byTopic;

    private Assignment(TopicPartitions[] topics) => _topics = topics;

    /// <summary>The topics, each once and with at least one partition.</summary>
    public IReadOnlyList<TopicPartitions> Topics => _topics;

    /// <summary>How many partitions it has.</summary>
    public int Count => _topics.Sum(topic => topic.Partitions.Length);

    /// <summary>An assignment as it is read from a record, whose topics and partitions are put into new hash tables.</summary>
    public static Assignment FromRecord(IEnumerable<TopicPartitions> topics)
    {
        var read = topics.Select(topic => topic with { Partitions = InHashOrder(topic.Partitions) }).ToArray();
        return Of(read, JavaHashOrder.Capacity(read.Length));
    }

    /// <summary>An assignment whose topics are in insertion order, in a hash table of a capacity.</summary>
    public static Assignment Of(TopicPartitions[] topics, int capacity)
    {
        if (topics.Length == 0)
            return Empty;
        JavaHashOrder.Sort(topics, topic => JavaHashOrder.HashCode(topic.TopicId), capacity);
        return new Assignment(topics);
    }

    /// <summary>The partitions of a topic; none when it has none.</summary>
    public int[] Of(Uuid topicId) => _topics.Length == 0 ? [] : ByTopic().GetValueOrDefault(topicId, []);

    /// <summary>Whether both have the same partitions, in any order.</summary>
    public bool IsSameAs(Assignment other)
    {
        if (ReferenceEquals(this, other))
            return true;
        return _topics.Length == other._topics.Length
            && Array.TrueForAll(_topics, topic => AreSame(topic.Partitions, other.Of(topic.TopicId)));
    }

    private Dictionary<Uuid, int[]> ByTopic() =>
        _byTopic ??= _topics.ToDictionary(topic => topic.TopicId, topic => topic.Partitions);

    private static bool AreSame(int[] one, int[] other) =>
        one.Length == other.Length && (one.AsSpan().SequenceEqual(other) || one.ToHashSet().SetEquals(other));

    private static int[] InHashOrder(int[] partitions)
    {
        int[] sorted = [.. partitions];
        JavaHashOrder.Sort(sorted, partition => partition, JavaHashOrder.CapacityOfCopy(sorted.Length));
        return sorted;
    }
}
