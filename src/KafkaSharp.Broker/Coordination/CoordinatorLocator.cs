using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Finds coordinators in the metadata image. If the topic of a coordinator does not exist, it is created and, unlike in Kafka, the request
/// waits for it: the first member of the first group needs no second request. Safe for use from any thread.
/// </summary>
internal sealed class CoordinatorLocator(Func<MetadataImage> image, IReadOnlyDictionary<CoordinatorType, CoordinatedTopic> topics)
    : ICoordinatorLocator
{
    public async ValueTask<(ErrorCode Error, int NodeId, NodeEndpoint? Endpoint)> FindAsync(
        CoordinatorType type, string key, string listenerName)
    {
        if (!topics.TryGetValue(type, out var topic))
            return (ErrorCode.InvalidRequest, -1, null);
        if (image().Topics.Topic(topic.Name) is null)
            await topic.Creator.EnsureCreatedAsync();
        var now = image();
        return topic.Coordinator.PartitionFor(key) is { } partition
            && now.Topics.Partition(topic.Name, partition) is { HasLeader: true } registration
            && now.Cluster.Broker(registration.Leader) is { Fenced: false } broker
            && broker.Endpoint(listenerName) is { } endpoint
            ? (ErrorCode.None, registration.Leader, endpoint)
            : (ErrorCode.CoordinatorNotAvailable, -1, null);
    }
}
