using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Finds coordinators in the metadata image. If the topic of a coordinator does not exist, it is created and, unlike in Kafka, the request
/// waits for it: the first member of the first group needs no second request. Safe for use from any thread.
/// </summary>
internal sealed class CoordinatorLocator(Func<MetadataImage> image, GroupCoordinator groups, InternalTopicCreator creator)
    : ICoordinatorLocator
{
    public async ValueTask<(ErrorCode Error, int NodeId, NodeEndpoint? Endpoint)> FindAsync(
        CoordinatorType type, string key, string listenerName)
    {
        // Transactions are not served. With a retriable error a client would repeat the request for ever.
        if (type != CoordinatorType.Group)
            return (ErrorCode.UnsupportedVersion, -1, null);
        if (image().Topics.Topic(OffsetsTopic.Name) is null)
            await creator.EnsureOffsetsTopicAsync();
        var now = image();
        return groups.PartitionFor(key) is { } partition
            && now.Topics.Partition(OffsetsTopic.Name, partition) is { HasLeader: true } registration
            && now.Cluster.Broker(registration.Leader) is { Fenced: false } broker
            && broker.Endpoint(listenerName) is { } endpoint
            ? (ErrorCode.None, registration.Leader, endpoint)
            : (ErrorCode.CoordinatorNotAvailable, -1, null);
    }
}
