using System.Collections.Immutable;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// All topics by name and by id (Kafka's <c>TopicsImage</c>). Immutable; both indexes share structure with the previous image.
/// </summary>
public sealed class TopicsImage
{
    public static TopicsImage Empty { get; } = new(
        ImmutableDictionary<string, TopicImage>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableDictionary<Uuid, TopicImage>.Empty.WithComparers(StoredIdComparer.Instance),
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

    /// <summary>The names with <c>.</c> or <c>_</c>, by the common form of names that collide.</summary>
    internal ImmutableDictionary<string, ImmutableSortedSet<string>> CollidingNames { get; }

    public ImmutableDictionary<string, TopicImage> ByName { get; }

    public ImmutableDictionary<Uuid, TopicImage> ById { get; }

    public int Count => ById.Count;

    public TopicImage? Topic(string name) => ByName.GetValueOrDefault(name);

    public TopicImage? Topic(Uuid id) => ById.GetValueOrDefault(id);

    public PartitionRegistration? Partition(string topic, int partition) => Topic(topic)?.Partition(partition);

    public PartitionRegistration? Partition(Uuid topicId, int partition) => Topic(topicId)?.Partition(partition);

    /// <summary>The id of a topic; <see cref="Uuid.Zero"/> if it does not exist.</summary>
    public Uuid TopicId(string name) => Topic(name)?.Id ?? Uuid.Zero;

    /// <summary>The name of a topic; null if it does not exist.</summary>
    public string? TopicName(Uuid id) => Topic(id)?.Name;

    /// <summary>An existing topic whose name differs from this one only in <c>.</c> and <c>_</c>; null for none.</summary>
    public string? Colliding(string name) =>
        Images.TopicName.HasCollisionChars(name) && CollidingNames.TryGetValue(Images.TopicName.Unified(name), out var names)
            ? names[0]
            : null;
}
