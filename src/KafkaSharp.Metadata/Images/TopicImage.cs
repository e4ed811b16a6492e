using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>A topic: name, id and partitions (Kafka's <c>TopicImage</c>). Immutable.</summary>
public sealed class TopicImage
{
    private readonly PartitionRegistration?[] _partitions;

    internal TopicImage(string name, Uuid id, PartitionRegistration?[] partitions)
    {
        Name = name;
        Id = id;
        _partitions = partitions;
        PartitionCount = partitions.Count(partition => partition is not null);
    }

    public string Name { get; }

    public Uuid Id { get; }

    public int PartitionCount { get; }

    /// <summary>A partition by its index; null if it does not exist.</summary>
    public PartitionRegistration? Partition(int id) => (uint)id < (uint)_partitions.Length ? _partitions[id] : null;

    /// <summary>The partitions, ordered by index.</summary>
    public IEnumerable<KeyValuePair<int, PartitionRegistration>> Partitions
    {
        get
        {
            for (var id = 0; id < _partitions.Length; id++)
            {
                if (_partitions[id] is { } partition)
                    yield return new KeyValuePair<int, PartitionRegistration>(id, partition);
            }
        }
    }

    internal PartitionRegistration?[] CopyPartitions(int atLeast)
    {
        var copy = new PartitionRegistration?[Math.Max(atLeast, _partitions.Length)];
        _partitions.CopyTo(copy, 0);
        return copy;
    }
}
