using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// The way from a partition's leader to the coordinator of a transaction: the one of this broker (Kafka's
/// <c>AddPartitionsToTxnManager</c>). Safe for use from any thread.
/// </summary>
/// <param name="coordinator">The coordinator of this broker.</param>
/// <param name="image">The metadata.</param>
/// <param name="longestWait">How long to wait until the transaction before is completed.</param>
internal sealed class TransactionPartitions(TransactionCoordinator coordinator, Func<MetadataImage> image, TimeSpan longestWait)
    : ITransactionPartitions
{
    private static readonly Dictionary<TopicPartition, ErrorCode> s_none = [];

    public async ValueTask<IReadOnlyDictionary<TopicPartition, ErrorCode>> AddOrVerifyAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions,
        TransactionOperation operation)
    {
        if (!HasCoordinator(transactionalId))
            return All(partitions, ErrorCode.CoordinatorNotAvailable);
        var producers = coordinator.Producers;
        if (operation == TransactionOperation.AddPartitions)
        {
            var error = await producers.AddWaitingAsync(transactionalId, producerId, producerEpoch, partitions, longestWait);
            return error == ErrorCode.None ? s_none : All(partitions, ForClient(error, operation));
        }
        List<TopicPartition> verified = [.. partitions];
        var errors = await producers.VerifyAsync(transactionalId, producerId, producerEpoch, verified);
        Dictionary<TopicPartition, ErrorCode>? refused = null;
        for (var i = 0; i < errors.Length; i++)
        {
            if (errors[i] != ErrorCode.None)
                (refused ??= [])[verified[i]] = ForClient(errors[i], operation);
        }
        return refused ?? s_none;
    }

    private static Dictionary<TopicPartition, ErrorCode> All(IReadOnlyCollection<TopicPartition> partitions, ErrorCode error) =>
        partitions.ToDictionary(partition => partition, _ => error);

    // A producer does not expect the errors of the coordinator from a partition's leader.
    private static ErrorCode ForClient(ErrorCode error, TransactionOperation operation) => error switch
    {
        ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
        ErrorCode.TransactionAbortable when operation == TransactionOperation.VerifyDefaultErrors => ErrorCode.InvalidTxnState,
        _ => error,
    };

    private bool HasCoordinator(string transactionalId) =>
        coordinator.PartitionFor(transactionalId) is { } partition
        && image().Topics.Partition(TransactionStateTopic.Name, partition) is { HasLeader: true };
}
