using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Transactions;

/// <summary>
/// Sees to it that a transaction begins in a partition only with the knowledge of its coordinator (KIP-890; Kafka's
/// <c>maybeSendPartitionsToTransactionCoordinator</c>): a transaction that the coordinator does not know would never end there. The
/// coordinator is asked once for all partitions of a request, and not at all for those in which the transaction is open already. Safe from
/// any thread.
/// </summary>
/// <param name="replicas">The partitions of this broker.</param>
/// <param name="isEnabled">transaction.partition.verification.enable, as it is now.</param>
internal sealed class PartitionVerification(ReplicaManager replicas, Func<bool> isEnabled)
{
    /// <summary>The way to the transaction coordinators; without one, none is available.</summary>
    public ITransactionPartitions? Coordinators { get; set; }

    /// <summary>
    /// Asks the coordinator for the partitions in which the transaction is not open yet. The result completes at once if there are none.
    /// </summary>
    public ValueTask<VerifiedPartitions> VerifyAsync(
        TransactionProducer producer, IReadOnlyList<PartitionToVerify> partitions, TransactionOperation operation)
    {
        if (producer.TransactionalId is not { } transactionalId || (operation != TransactionOperation.AddPartitions && !isEnabled()))
            return new(VerifiedPartitions.None);
        VerifiedPartitions? verified = null;
        foreach (var (partition, sequence) in partitions)
        {
            var (error, guard) = Begin(partition, producer, sequence, operation);
            if (error != ErrorCode.None)
                (verified ??= new()).Refuse(partition, error);
            else if (guard != VerificationGuard.None)
                (verified ??= new()).Guard(partition, guard);
        }
        return verified is null || verified.Guarded.Count == 0
            ? new(verified ?? VerifiedPartitions.None)
            : AskAsync(transactionalId, producer, partitions, verified, operation);
    }

    /// <summary>The same for one partition that a coordinator of this broker writes to.</summary>
    public async ValueTask<(ErrorCode ErrorCode, VerificationGuard Guard)> VerifyAsync(
        TransactionProducer producer, TopicPartition partition, TransactionOperation operation)
    {
        var verified = await VerifyAsync(producer, [new(partition, -1)], operation);
        return (verified.ErrorOf(partition), verified.GuardOf(partition));
    }

    private (ErrorCode Error, VerificationGuard Guard) Begin(
        TopicPartition name, TransactionProducer producer, int sequence, TransactionOperation operation)
    {
        var error = replicas.Find(name, out var partition);
        return error == ErrorCode.None
            ? partition!.BeginVerification(producer.Id, sequence, producer.Epoch, operation == TransactionOperation.AddPartitions)
            : (error, VerificationGuard.None);
    }

    private async ValueTask<VerifiedPartitions> AskAsync(
        string transactionalId, TransactionProducer producer, IReadOnlyList<PartitionToVerify> partitions, VerifiedPartitions verified,
        TransactionOperation operation)
    {
        if (Coordinators is not { } coordinators)
        {
            foreach (var partition in verified.Guarded)
                verified.Refuse(partition, ErrorCode.CoordinatorNotAvailable);
            return verified;
        }
        while (true)
        {
            var errors = await coordinators.AddOrVerifyAsync(transactionalId, producer.Id, producer.Epoch, verified.Guarded, operation);
            foreach (var (partition, error) in errors)
                verified.Refuse(partition, error);
            // The coordinator may have waited for the end of the transaction before, whose marker has taken the guard of this one away.
            if (operation != TransactionOperation.AddPartitions || errors.Count > 0 || !RenewGuards(producer, partitions, verified))
                return verified;
        }
    }

    /// <summary>Whether markers have ended guards: these verifications begin again, and the coordinator has to be asked again.</summary>
    private bool RenewGuards(TransactionProducer producer, IReadOnlyList<PartitionToVerify> partitions, VerifiedPartitions verified)
    {
        var isRenewed = false;
        foreach (var (partition, sequence) in partitions)
        {
            if (verified.GuardOf(partition) is var held && held == VerificationGuard.None)
                continue;
            var (error, guard) = Begin(partition, producer, sequence, TransactionOperation.AddPartitions);
            if (error != ErrorCode.None)
            {
                verified.Refuse(partition, error);
            }
            else if (guard != held && guard != VerificationGuard.None)
            {
                verified.Guard(partition, guard);
                isRenewed = true;
            }
        }
        return isRenewed;
    }
}
