using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>The shards of the transaction coordinator. Safe for use from any thread.</summary>
internal sealed class TransactionShards(
    CoordinatorRuntime<TransactionShard, TransactionRecord> runtime, ProducerIdSource producerIds, ILogger log)
    : CoordinatorShards<TransactionShard, TransactionRecord>(runtime, log)
{
    /// <summary>Runs a command in the shard of an id.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="name">The command's name in logs.</param>
    /// <param name="command">The command.</param>
    /// <param name="refuse">Makes the response to an error.</param>
    public Task<T> WriteAsync<T>(
        string transactionalId, string name, Func<TransactionShard, CommandResult<TransactionRecord, T>> command,
        Func<ErrorCode, T> refuse) =>
        RunAsync(transactionalId, name, shard => shard.WriteAsync(name, command), refuse);

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

    /// <summary>As Kafka's <c>appendTransactionToLog</c>.</summary>
    protected override ErrorCode ToResponse(ErrorCode error) => error switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend
            or ErrorCode.RequestTimedOut => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError => ErrorCode.NotCoordinator,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => ErrorCode.UnknownServerError,
        _ => error,
    };
}
