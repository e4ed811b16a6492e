using System.Collections.Immutable;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>All topics, by name and by id. Immutable; both indexes share structure with the image before.</summary>
public sealed class TopicsImage
{
    public static TopicsImage Empty { get; } = new(
        ImmutableDictionary<string, TopicImage>.Empty.WithComparers(StringComparer.Ordinal), ImmutableDictionary<Uuid, TopicImage>.Empty,
        ImmutableDictionary<string, ImmutableSortedSet<string>>.Empty.WithComparers(StringComparer.Ordinal));

    internal TopicsImage(
        ImmutableDictionary<string, TopicImage> byName,
        ImmutableDictionary<Uuid, TopicImage> byId,
        ImmutableDictionary<string, ImmutableSortedSet<string>> collidingNames)
    {
        ByName = byName;
        ById = byId;
        CollidingNames = collidingNames;
    }

    /// <summary>Names with <c>.</c> or <c>_</c>, by what those that collide have in common.</summary>
    internal ImmutableDictionary<string, ImmutableSortedSet<string>> CollidingNames { get; }

    public ImmutableDictionary<string, TopicImage> ByName { get; }

    public ImmutableDictionary<Uuid, TopicImage> ById { get; }

    public int Count => ById.Count;

    public TopicImage? Topic(string name) => ByName.GetValueOrDefault(name);

    public TopicImage? Topic(Uuid id) => ById.GetValueOrDefault(id);

    public PartitionRegistration? Partition(string topic, int partition) => Topic(topic)?.Partition(partition);

    public PartitionRegistration? Partition(Uuid topicId, int partition) => Topic(topicId)?.Partition(partition);

    /// <summary>The id of the topic of that name, or <see cref="Uuid.Zero"/>.</summary>
    public Uuid TopicId(string name) => Topic(name)?.Id ?? Uuid.Zero;

    /// <summary>The name of the topic of that id, or null.</summary>
    public string? TopicName(Uuid id) => Topic(id)?.Name;

    /// <summary>The topic there is whose name differs from this one only in <c>.</c> and <c>_</c>, or null.</summary>
    public string? Colliding(string name) =>
        Replication.TopicName.HasCollisionChars(name) && CollidingNames.TryGetValue(Replication.TopicName.Unified(name), out var names)
            ? names[0]
            : null;
}
