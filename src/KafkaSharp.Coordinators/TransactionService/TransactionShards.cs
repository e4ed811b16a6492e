using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// Runs commands in the shard of a transactional id; every failure becomes an error code of the response. Safe for use from any thread.
/// </summary>
internal sealed class TransactionShards(
    CoordinatorRuntime<TransactionShard, TransactionRecord> runtime, ProducerIdSource producerIds, ILogger log)
{
    private volatile int _partitionCount;

    public int PartitionCount => _partitionCount;

    /// <summary>The shards of this broker.</summary>
    public IEnumerable<ShardHost<TransactionShard, TransactionRecord>> All => runtime.Shards;

    public void Start(int partitionCount) => _partitionCount = partitionCount;

    public void Stop() => _partitionCount = 0;

    /// <summary>Runs a command in the shard of an id.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="name">The command's name in logs.</param>
    /// <param name="command">The command.</param>
    /// <param name="refuse">Makes the response to an error.</param>
    public async Task<T> WriteAsync<T>(
        string transactionalId, string name, Func<TransactionShard, CommandResult<TransactionRecord, T>> command, Func<ErrorCode, T> refuse)
    {
        var partitionCount = _partitionCount;
        if (partitionCount == 0)
            return refuse(ErrorCode.CoordinatorNotAvailable);
        if (runtime.Find(JavaString.PartitionFor(transactionalId, partitionCount)) is not { } shard)
            return refuse(ErrorCode.NotCoordinator);
        try
        {
            return await shard.WriteAsync(name, command);
        }
        catch (StateMachineException e)
        {
            return refuse(ToResponse(e.ErrorCode));
        }
#pragma warning disable CA1031 // A fault in one request must not affect others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.OperationFailed(name, e);
            return refuse(ErrorCode.UnknownServerError);
        }
    }

    /// <summary>Runs a command that may ask for a new producer id, by a null response; it then runs again, with the id.</summary>
    public async Task<ProducerResult> WriteWithProducerIdAsync(
        string transactionalId, string name, Func<TransactionShard, long?, CommandResult<TransactionRecord, ProducerResult?>> command)
    {
        long? producerId = null;
        while (true)
        {
            var given = producerId;
            var result = await WriteAsync<ProducerResult?>(
                transactionalId, name, shard => command(shard, given), error => new ProducerResult(error));
            if (result is not null)
                return result;
            var (error, next) = await producerIds();
            if (error != ErrorCode.None)
                return new ProducerResult(error);
            producerId = next;
        }
    }

    /// <summary>Runs a query in the shard of an id. Its response is given when everything it has seen is committed.</summary>
    public Task<T> ReadAsync<T>(string transactionalId, string name, Func<TransactionShard, T> query, Func<ErrorCode, T> refuse) =>
        WriteAsync(transactionalId, name, shard => new CommandResult<TransactionRecord, T>([], query(shard)), refuse);

    /// <summary>The error code in responses for an error of the log (Kafka's <c>appendTransactionToLog</c>).</summary>
    public static ErrorCode ToResponse(ErrorCode error) => error switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend
            or ErrorCode.RequestTimedOut => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError => ErrorCode.NotCoordinator,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => ErrorCode.UnknownServerError,
        _ => error,
    };
}
