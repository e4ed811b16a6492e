using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// Produce requests that belong to a transaction: before anything is appended, the coordinator is asked for the partitions in which the
/// transaction is not open yet (KIP-890). Safe from any thread.
/// </summary>
/// <param name="replicas">The partitions of this broker.</param>
/// <param name="verification">The way to the coordinator.</param>
/// <param name="retry">How long, and how often, partitions are added again while the transaction before has not ended.</param>
/// <param name="time">The clock of these retries.</param>
internal sealed class ProduceTransactions(
    ReplicaManager replicas, PartitionVerification verification, ProduceTransactions.RetryOptions retry, TimeProvider time)
{
    private const short FirstWithTopicIds = 13;
    private const short FirstThatAddsPartitions = 12;
    private const short FirstWithGenericErrors = 11;

    /// <summary>add.partitions.to.txn.retry.backoff.ms, and the time after which the client gets CONCURRENT_TRANSACTIONS.</summary>
    public readonly record struct RetryOptions(TimeSpan Backoff, TimeSpan Limit);

    /// <summary>Whether a first batch is transactional.</summary>
    /// <exception cref="RecordsException">The records of a partition are corrupt.</exception>
    public static bool IsTransactional(ProduceRequest request)
    {
        foreach (var topic in request.TopicData)
        {
            foreach (var data in topic.PartitionData)
            {
                if (data.Records is { } records && ProducedRecords.IsTransactional(records.Span))
                    return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Asks the coordinator for the partitions of a request that names each once. INVALID_PRODUCER_ID_MAPPING, for all of the request, if
    /// its transactional records are of several producers. The result completes at once if the coordinator is not needed.
    /// </summary>
    public ErrorCode Verify(ProduceRequest request, short version, out ValueTask<VerifiedPartitions> verifying)
    {
        verifying = new(VerifiedPartitions.None);
        List<PartitionToVerify> partitions = [];
        TransactionProducer? producer = null;
        foreach (var topic in request.TopicData)
        {
            if (NameOf(topic, version) is not { } name)
                continue;
            foreach (var data in topic.PartitionData)
            {
                var partition = new TopicPartition(name, data.Index);
                if (!IsAppended(partition, data, version, out var batch) || !batch.HasProducerId || !batch.IsTransactional)
                    continue;
                var found = new TransactionProducer(request.TransactionalId, batch.ProducerId, batch.ProducerEpoch);
                if (producer is not null && producer != found)
                    return ErrorCode.InvalidProducerIdMapping;
                producer = found;
                partitions.Add(new PartitionToVerify(partition, batch.BaseSequence));
            }
        }
        if (producer is { } one)
            verifying = VerifyAsync(one, partitions, OperationOf(version));
        return ErrorCode.None;
    }

    /// <summary>The result of a partition that the verification refuses; null if its records may be appended.</summary>
    public ProduceResponse.PartitionProduceResponse? RefusalOf(
        VerifiedPartitions verified, ProduceRequest.TopicProduceData topic, int index, short version)
    {
        if (NameOf(topic, version) is not { } name || verified.ErrorOf(new(name, index)) is var cause && cause == ErrorCode.None)
            return null;
        var (error, message) = ErrorOf(cause, OperationOf(version));
        return new() { Index = index, ErrorCode = error, ErrorMessage = message, BaseOffset = -1 };
    }

    // As in Kafka, errors that an older client would not repeat correctly become one that makes it repeat the request.
    private static (ErrorCode Error, string? Message) ErrorOf(ErrorCode cause, TransactionOperation operation)
    {
        if (cause == ErrorCode.InvalidTxnState)
            return (cause, "Partition was not added to the transaction");
        var isRepeated = cause is ErrorCode.NetworkException or ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable
            or ErrorCode.NotCoordinator
            || (cause == ErrorCode.ConcurrentTransactions && operation != TransactionOperation.AddPartitions);
        return isRepeated
            ? (ErrorCode.NotEnoughReplicas,
                $"Unable to verify the partition has been added to the transaction. Underlying error: {cause.Name()}")
            : (cause, null);
    }

    private static TransactionOperation OperationOf(short version) => version switch
    {
        >= FirstThatAddsPartitions => TransactionOperation.AddPartitions,
        >= FirstWithGenericErrors => TransactionOperation.VerifyGenericErrors,
        _ => TransactionOperation.VerifyDefaultErrors,
    };

    private string? NameOf(ProduceRequest.TopicProduceData topic, short version) =>
        version >= FirstWithTopicIds ? replicas.NameOf(topic.TopicId) : topic.Name;

    // Partitions whose records are refused anyway are not added to the transaction.
    private bool IsAppended(
        TopicPartition partition, ProduceRequest.PartitionProduceData data, short version, out RecordBatchHeader batch)
    {
        batch = default;
        if (data.Records is not { } records || replicas.Find(partition, out _) == ErrorCode.UnknownTopicOrPartition)
            return false;
        try
        {
            ProducedRecords.Check(version, records.Span);
        }
        catch (RecordsException)
        {
            return false;
        }
        var batches = new RecordBatchReader(records.Span);
        if (!batches.MoveNext())
            return false;
        batch = batches.Current.Header;
        return true;
    }

    private ValueTask<VerifiedPartitions> VerifyAsync(
        TransactionProducer producer, List<PartitionToVerify> partitions, TransactionOperation operation)
    {
        var verifying = verification.VerifyAsync(producer, partitions, operation);
        if (operation != TransactionOperation.AddPartitions)
            return verifying;
        if (!verifying.IsCompletedSuccessfully)
            return RetryAsync(verifying, producer, partitions, operation);
        var verified = verifying.Result;
        return verified.HasError(ErrorCode.ConcurrentTransactions)
            ? RetryAsync(new(verified), producer, partitions, operation)
            : new(verified);
    }

    // The transaction before has not ended yet: soon it will have, whereas the client would send the records again, and later.
    private async ValueTask<VerifiedPartitions> RetryAsync(
        ValueTask<VerifiedPartitions> verifying, TransactionProducer producer, List<PartitionToVerify> partitions,
        TransactionOperation operation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var verified = await verifying;
            if (!verified.HasError(ErrorCode.ConcurrentTransactions) || time.GetElapsedTime(started) >= retry.Limit)
                return verified;
            await Task.Delay(retry.Backoff, time);
            verifying = verification.VerifyAsync(producer, partitions, operation);
        }
    }
}
