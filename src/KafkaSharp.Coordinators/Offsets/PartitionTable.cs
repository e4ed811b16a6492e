using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>A value for each partition that a group has something to say of. Used on one event loop.</summary>
sealed class PartitionTable<T>
{
    private readonly Dictionary<string, Dictionary<string, Dictionary<int, T>>> _groups = new(StringComparer.Ordinal);

    /// <summary>Topics of a group, each with its partitions; null where it has none.</summary>
    public IReadOnlyDictionary<string, Dictionary<int, T>>? Group(string group) => _groups.GetValueOrDefault(group);

    /// <summary>Everything: group, topic, partition, value.</summary>
    public IEnumerable<(string Group, string Topic, int Partition, T Value)> All()
    {
        foreach (var (group, topics) in _groups)
        {
            foreach (var (topic, partitions) in topics)
            {
                foreach (var (partition, value) in partitions)
                    yield return (group, topic, partition, value);
            }
        }
    }

    public bool TryGet(string group, string topic, int partition, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return _groups.TryGetValue(group, out var topics)
            && topics.TryGetValue(topic, out var partitions)
            && partitions.TryGetValue(partition, out value);
    }

    public void Set(string group, string topic, int partition, T value)
    {
        if (!_groups.TryGetValue(group, out var topics))
            _groups.Add(group, topics = new Dictionary<string, Dictionary<int, T>>(StringComparer.Ordinal));
        if (!topics.TryGetValue(topic, out var partitions))
            topics.Add(topic, partitions = []);
        partitions[partition] = value;
    }

    /// <summary>Removes a value and what is empty without it.</summary>
    public bool Remove(string group, string topic, int partition)
    {
        if (!_groups.TryGetValue(group, out var topics)
            || !topics.TryGetValue(topic, out var partitions)
            || !partitions.Remove(partition))
            return false;
        if (partitions.Count == 0)
        {
            topics.Remove(topic);
            if (topics.Count == 0)
                _groups.Remove(group);
        }
        return true;
    }
}
