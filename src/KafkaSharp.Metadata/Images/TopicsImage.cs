using System.Collections.Immutable;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>All topics, by name and by id. Immutable; both indexes share structure with the image before.</summary>
public sealed class TopicsImage
{
    public static TopicsImage Empty { get; } = new(
        ImmutableDictionary<string, TopicImage>.Empty.WithComparers(StringComparer.Ordinal), ImmutableDictionary<Uuid, TopicImage>.Empty);

    internal TopicsImage(ImmutableDictionary<string, TopicImage> byName, ImmutableDictionary<Uuid, TopicImage> byId)
    {
        ByName = byName;
        ById = byId;
    }

    public ImmutableDictionary<string, TopicImage> ByName { get; }

    public ImmutableDictionary<Uuid, TopicImage> ById { get; }

    public int Count => ById.Count;

    public bool IsEmpty => ById.IsEmpty;

    public TopicImage? Topic(string name) => ByName.GetValueOrDefault(name);

    public TopicImage? Topic(Uuid id) => ById.GetValueOrDefault(id);

    public PartitionRegistration? Partition(string topic, int partition) => Topic(topic)?.Partition(partition);

    public PartitionRegistration? Partition(Uuid topicId, int partition) => Topic(topicId)?.Partition(partition);

    /// <summary>The id of the topic of that name, or <see cref="Uuid.Zero"/>.</summary>
    public Uuid TopicId(string name) => Topic(name)?.Id ?? Uuid.Zero;

    /// <summary>The name of the topic of that id, or null.</summary>
    public string? TopicName(Uuid id) => Topic(id)?.Name;
}
