using KafkaSharp.Broker.Handlers.Groups;
using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Finds coordinators in the metadata image. Where the topic of one is not there yet it is created and, unlike in Kafka, waited for: the
/// first member of the first group needs no second try. Thread-safe.
/// </summary>
sealed class CoordinatorLocator(Func<MetadataImage> image, GroupCoordinator groups, InternalTopicCreator creator) : ICoordinatorLocator
{
    public async ValueTask<(ErrorCode Error, int NodeId, Endpoint? Endpoint)> FindAsync(
        CoordinatorType type, string key, string listenerName)
    {
        // Transactions are not served: fatal to a client, which would ask again and again after a coordinator that is just not there yet.
        if (type != CoordinatorType.Group)
            return (ErrorCode.TransactionalIdAuthorizationFailed, -1, null);
        if (image().Topics.Topic(OffsetsTopic.Name) is null)
            await creator.EnsureOffsetsTopicAsync().ConfigureAwait(false);
        var now = image();
        return now.Topics.Partition(OffsetsTopic.Name, groups.PartitionFor(key)) is { HasLeader: true } registration
            && now.Cluster.Broker(registration.Leader) is { Fenced: false } broker
            && broker.Endpoint(listenerName) is { } endpoint
            ? (ErrorCode.None, registration.Leader, endpoint)
            : (ErrorCode.CoordinatorNotAvailable, -1, null);
    }
}
