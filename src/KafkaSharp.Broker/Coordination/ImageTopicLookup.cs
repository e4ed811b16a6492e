using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>What topics there are, by the metadata image of the moment.</summary>
sealed class ImageTopicLookup(Func<MetadataImage> image) : ITopicLookup
{
    public Uuid TopicId(string name) => image().Topics.TopicId(name);

    public string? TopicName(Uuid topicId) => image().Topics.TopicName(topicId);

    public bool PartitionExists(string topic, int partition) => image().Topics.Partition(topic, partition) is not null;
}
