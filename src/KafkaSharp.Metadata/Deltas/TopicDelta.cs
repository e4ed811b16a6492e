using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>A created or changed topic, with the new state of each changed partition.</summary>
public sealed class TopicDelta
{
    private readonly Dictionary<int, PartitionRegistration> _changes = [];

    internal TopicDelta(string name, Uuid id, TopicImage? before)
    {
        Name = name;
        Id = id;
        Before = before;
    }

    public string Name { get; }

    public Uuid Id { get; }

    /// <summary>The topic before the change; null if it was created.</summary>
    public TopicImage? Before { get; }

    public bool IsCreated => Before is null;

    public IReadOnlyDictionary<int, PartitionRegistration> PartitionChanges => _changes;

    internal PartitionRegistration? Partition(int id) => _changes.GetValueOrDefault(id) ?? Before?.Partition(id);

    internal IEnumerable<int> PartitionIds() =>
        Before is null ? _changes.Keys : Before.Partitions.Select(p => p.Key).Union(_changes.Keys);

    internal void Set(int id, PartitionRegistration partition) => _changes[id] = partition;

    internal TopicImage Apply()
    {
        var count = _changes.Count == 0 ? 0 : _changes.Keys.Max() + 1;
        var partitions = Before?.CopyPartitions(count) ?? new PartitionRegistration?[count];
        foreach (var (id, partition) in _changes)
            partitions[id] = partition;
        return new TopicImage(Name, Id, partitions);
    }
}
