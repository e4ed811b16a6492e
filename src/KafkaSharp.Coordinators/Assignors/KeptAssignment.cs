using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// The assignment of one member while it changes: what it keeps of its current one and what is added, in the order of the hash tables that
/// Kafka's broker would hold them in. The current assignment is copied only when something changes. Used by one thread.
/// </summary>
internal sealed class KeptAssignment(Assignment current)
{
    private Dictionary<Uuid, List<int>>? _changed;
    private List<Uuid>? _order;

    /// <summary>Keeps the first partitions of a topic only.</summary>
    public void Keep(Uuid topicId, int count)
    {
        if (_changed is null && count == current.Of(topicId).Length)
            return;
        var partitions = Changed()[topicId];
        partitions.RemoveRange(count, partitions.Count - count);
    }

    public void Add(Uuid topicId, int partition)
    {
        if (!Changed().TryGetValue(topicId, out var partitions))
        {
            _changed!.Add(topicId, partitions = []);
            _order!.Add(topicId);
        }
        partitions.Add(partition);
    }

    public void Remove(Uuid topicId, int partition)
    {
        var partitions = Changed()[topicId];
        // Mostly the last one is taken away.
        partitions.RemoveAt(partitions.LastIndexOf(partition));
    }

    public Assignment Build()
    {
        if (_changed is null)
            return current;
        var topics = _order!.Where(topicId => _changed[topicId].Count > 0)
            .Select(topicId => new TopicPartitions(topicId, InHashOrder(topicId, _changed[topicId])))
            .ToArray();
        return Assignment.Of(topics, JavaHashOrder.CapacityOf(current.Topics.Count, topics.Length));
    }

    private int[] InHashOrder(Uuid topicId, List<int> partitions)
    {
        int[] sorted = [.. partitions];
        var capacity = JavaHashOrder.CapacityOfCopy(current.Of(topicId).Length);
        JavaHashOrder.Sort(sorted, partition => partition, JavaHashOrder.Grow(capacity, sorted.Length));
        return sorted;
    }

    private Dictionary<Uuid, List<int>> Changed()
    {
        if (_changed is not null)
            return _changed;
        _order = [.. current.Topics.Select(topic => topic.TopicId)];
        return _changed = current.Topics.ToDictionary(topic => topic.TopicId, topic => new List<int>(topic.Partitions));
    }
}
