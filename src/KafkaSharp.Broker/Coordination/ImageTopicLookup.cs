using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The topics of the current metadata image. Safe for use from any thread.</summary>
internal sealed class ImageTopicLookup(Func<MetadataImage> image) : ITopicLookup
{
    public Uuid TopicId(string name) => image().Topics.TopicId(name);

    public string? TopicName(Uuid topicId) => image().Topics.TopicName(topicId);

    public bool PartitionExists(string topic, int partition) => image().Topics.Partition(topic, partition) is not null;
}
