using KafkaSharp.Coordinators.Subscriptions;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// The metadata of the cluster as one shard has received it last, with the hashes of topics that its groups subscribe to. Used on the
/// shard's event loop.
/// </summary>
internal sealed class ShardMetadata
{
    private readonly Dictionary<string, long> _topicHashes = new(StringComparer.Ordinal);

    public MetadataImage Image { get; private set; } = MetadataImage.Empty;

    /// <summary>Rises with every change of a topic.</summary>
    public long TopicsVersion { get; private set; }

    /// <summary>The offset of the last metadata that brought new topics.</summary>
    public long NewTopicsOffset { get; private set; }

    public void Load(MetadataImage image)
    {
        Image = image;
        TopicsVersion = NewTopicsOffset = image.HighestOffset;
    }

    public void Update(MetadataDelta delta, MetadataImage image)
    {
        Image = image;
        if (delta.Topics is not { } topics)
            return;
        TopicsVersion = image.HighestOffset;
        foreach (var topic in topics.ChangedTopics.Values)
        {
            _topicHashes.Remove(topic.Name);
            if (topic.IsCreated)
                NewTopicsOffset = image.HighestOffset;
        }
        foreach (var topic in topics.DeletedTopics.Values)
            _topicHashes.Remove(topic.Name);
    }

    /// <summary>The hash of the topics that exist.</summary>
    public long HashOf(IEnumerable<string> topics) => MetadataHash.OfGroup(
        topics.Where(name => Image.Topics.Topic(name) is not null).Select(name => KeyValuePair.Create(name, HashOf(name))));

    private long HashOf(string topic)
    {
        if (!_topicHashes.TryGetValue(topic, out var hash))
            _topicHashes.Add(topic, hash = MetadataHash.OfTopic(Image, topic));
        return hash;
    }
}
