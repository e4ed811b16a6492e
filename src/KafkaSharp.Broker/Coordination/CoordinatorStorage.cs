using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The partitions of a coordinator's topic on this broker. Safe for use from any thread.</summary>
/// <param name="replicas">The partitions of this broker.</param>
/// <param name="topic">The topic.</param>
/// <param name="requiredAcks">
/// Of each append, as in Kafka: -1 for transactions, 1 for groups, whose records are committed once the high watermark has passed them,
/// which needs <c>min.insync.replicas</c> too.
/// </param>
/// <param name="verification">For a coordinator whose records may belong to transactions.</param>
internal sealed class CoordinatorStorage(
    ReplicaManager replicas, string topic, short requiredAcks, PartitionVerification? verification = null) : ICoordinatorStorage
{
    private const short AddingVersion = 5;
    private const short GenericErrorVersion = 4;

    /// <summary>Waits while the disk has no space for the partition's log.</summary>
    public async Task<ICoordinatorPartition> OpenAsync(int partition, CancellationToken cancellation)
    {
        var name = new TopicPartition(topic, partition);
        while (true)
        {
            // Before the look: a change after it must not be missed.
            var change = replicas.Uncreated.Change;
            var error = replicas.Find(name, out var found);
            if (error == ErrorCode.None)
                return new CoordinatorPartition(found!, requiredAcks);
            if (!replicas.Uncreated.Contains(name))
                throw new StateMachineException(error, $"{name} is not on this broker: {error}");
            await change.WaitAsync(cancellation);
        }
    }

    public async Task<TransactionVerification?> VerifyAsync(int partition, TransactionIdentity transaction)
    {
        if (verification is null)
            return null;
        var name = new TopicPartition(topic, partition);
        var producer = new TransactionProducer(transaction.TransactionalId, transaction.ProducerId, transaction.ProducerEpoch);
        var (error, guard) = await verification.VerifyAsync(producer, name, OperationOf(transaction.ApiVersion));
        if (error != ErrorCode.None)
            throw new StateMachineException(error, $"{transaction} may not write to {name}: {error}");
        return guard == VerificationGuard.None ? null : new CoordinatorVerification(guard);
    }

    /// <summary>By the version of TxnOffsetCommit.</summary>
    private static TransactionOperation OperationOf(short version) =>
        version >= AddingVersion ? TransactionOperation.AddPartitions
        : version >= GenericErrorVersion ? TransactionOperation.VerifyGenericErrors
        : TransactionOperation.VerifyDefaultErrors;
}
