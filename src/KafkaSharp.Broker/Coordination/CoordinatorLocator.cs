using KafkaSharp.Broker.Handlers.Groups;
using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Finds coordinators in the metadata image. Where the topic of one is not there yet it is created and, unlike in Kafka, waited for: the
/// first member of the first group needs no second try. Thread-safe.
/// </summary>
/// <param name="image">The metadata as of now.</param>
/// <param name="groups">Knows the partition of a group.</param>
/// <param name="transactionPartition">The partition of <c>__transaction_state</c> that keeps a transactional id; null where transactions
/// are not served.</param>
/// <param name="creator">Creates the topic.</param>
sealed class CoordinatorLocator(
    Func<MetadataImage> image, GroupCoordinator groups, Func<string, int>? transactionPartition, IInternalTopicCreator creator)
    : ICoordinatorLocator
{
    private const string TransactionTopic = "__transaction_state";

    public async ValueTask<(ErrorCode Error, int NodeId, Endpoint? Endpoint)> FindAsync(
        CoordinatorType type, string key, string listenerName)
    {
        if (type == CoordinatorType.Transaction && transactionPartition is null)
            return (ErrorCode.CoordinatorNotAvailable, -1, null);
        var topic = type == CoordinatorType.Group ? OffsetsTopic.Name : TransactionTopic;
        if (image().Topics.Topic(topic) is null)
            await creator.EnsureAsync(topic).ConfigureAwait(false);
        var now = image();
        var partition = type == CoordinatorType.Group ? groups.PartitionFor(key) : transactionPartition!(key);
        return now.Topics.Partition(topic, partition) is { HasLeader: true } registration
            && now.Cluster.Broker(registration.Leader) is { Fenced: false } broker
            && broker.Endpoint(listenerName) is { } endpoint
            ? (ErrorCode.None, registration.Leader, endpoint)
            : (ErrorCode.CoordinatorNotAvailable, -1, null);
    }
}
