using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>
/// A value for each partition of each group. Changes are undone together with their records. Used on the shard's event loop, and by one
/// loading thread before that.
/// </summary>
internal sealed class PartitionTable<T>(UndoLog undo)
{
    private readonly Dictionary<string, Dictionary<string, Dictionary<int, T>>> _groups = new(StringComparer.Ordinal);

    /// <summary>The topics of a group, each with its partitions; null when the group has none.</summary>
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
        if (undo.IsRecording)
            AddUndo(group, topic, partition);
        SetNow(group, topic, partition, value);
    }

    /// <summary>Removes a value and what is empty without it.</summary>
    public void Remove(string group, string topic, int partition)
    {
        if (undo.IsRecording)
            AddUndo(group, topic, partition);
        RemoveNow(group, topic, partition);
    }

    private void AddUndo(string group, string topic, int partition)
    {
        if (TryGet(group, topic, partition, out var before))
            undo.Add(() => SetNow(group, topic, partition, before));
        else
            undo.Add(() => RemoveNow(group, topic, partition));
    }

    private void SetNow(string group, string topic, int partition, T value)
    {
        if (!_groups.TryGetValue(group, out var topics))
            _groups.Add(group, topics = new Dictionary<string, Dictionary<int, T>>(StringComparer.Ordinal));
        if (!topics.TryGetValue(topic, out var partitions))
            topics.Add(topic, partitions = []);
        partitions[partition] = value;
    }

    private void RemoveNow(string group, string topic, int partition)
    {
        if (!_groups.TryGetValue(group, out var topics)
            || !topics.TryGetValue(topic, out var partitions)
            || !partitions.Remove(partition)
            || partitions.Count > 0)
            return;
        topics.Remove(topic);
        if (topics.Count == 0)
            _groups.Remove(group);
    }
}
