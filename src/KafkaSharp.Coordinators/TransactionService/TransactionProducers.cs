using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using static KafkaSharp.Protocol.Records.RecordBatchHeader;

namespace KafkaSharp.Coordinators.TransactionService;

/// <summary>
/// The requests of transactional producers. Errors are values, those of the newest version of each request; the tasks do not fail. Safe for
/// use from any thread.
/// </summary>
public sealed class TransactionProducers
{
    private readonly TransactionShards _shards;
    private readonly TransactionCoordinatorConfig _config;
    private readonly TimeProvider _time;

    internal TransactionProducers(TransactionShards shards, TransactionCoordinatorConfig config, TimeProvider time)
    {
        _shards = shards;
        _config = config;
        _time = time;
    }

    /// <summary>InitProducerId with a transactional id. An id without an epoch, or the reverse, is the caller's to refuse.</summary>
    public async Task<InitProducerIdResponse> InitializeAsync(InitProducerIdRequest request)
    {
        var result = Refusal(request) is var error and not ErrorCode.None
            ? new ProducerResult(error)
            : await _shards.WriteWithProducerIdAsync(
                request.TransactionalId!, "init-producer-id",
                (shard, producerId) => shard.Initializer.Initialize(
                    request.TransactionalId!, request.Enable2Pc ? int.MaxValue : request.TransactionTimeoutMs,
                    request.ProducerId == NoProducerId ? null : (request.ProducerId, request.ProducerEpoch), producerId));
        return new InitProducerIdResponse
        {
            ErrorCode = result.Error,
            ProducerId = result.ProducerId,
            ProducerEpoch = result.ProducerEpoch,
        };
    }

    /// <summary>EndTxn.</summary>
    public async Task<EndTxnResponse> EndAsync(EndTxnRequest request, short apiVersion)
    {
        if (request.TransactionalId.Length == 0)
            return new EndTxnResponse { ErrorCode = ErrorCode.InvalidRequest };
        var attempt = new EndAttempt(
            request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.Committed, TransactionVersion.OfEndTxn(apiVersion));
        var result = await _shards.WriteWithProducerIdAsync(
            request.TransactionalId, "end-transaction", (shard, producerId) => shard.Ender.End(attempt, producerId));
        return new EndTxnResponse
        {
            ErrorCode = result.Error,
            ProducerId = result.ProducerId,
            ProducerEpoch = result.ProducerEpoch,
        };
    }

    /// <summary>Adds partitions to a transaction (AddPartitionsToTxn, AddOffsetsToTxn).</summary>
    public Task<ErrorCode> AddAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions,
        TransactionVersion clientVersion)
    {
        if (transactionalId.Length == 0)
            return Task.FromResult(ErrorCode.InvalidRequest);
        return _shards.WriteAsync(
            transactionalId, "add-partitions",
            shard => shard.Adder.Add(transactionalId, producerId, producerEpoch, partitions, clientVersion), error => error);
    }

    /// <summary>
    /// Adds partitions for a client of version 2 whose request goes to the partitions' leader: waits a moment if the transaction before is
    /// just being completed, so that the leader need not ask again later.
    /// </summary>
    public async Task<ErrorCode> AddWaitingAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions, TimeSpan longest)
    {
        var error = await AddAsync(transactionalId, producerId, producerEpoch, partitions, TransactionVersion.Two);
        if (error != ErrorCode.ConcurrentTransactions)
            return error;
        var completion = await _shards.ReadAsync(
            transactionalId, "await-completion", shard => shard.Markers.Completion(transactionalId), _ => null);
        try
        {
            await (completion ?? Task.CompletedTask).WaitAsync(longest, _time);
        }
        catch (TimeoutException)
        {
            return error;
        }
        return await AddAsync(transactionalId, producerId, producerEpoch, partitions, TransactionVersion.Two);
    }

    /// <summary>Whether partitions are part of a transaction: an error for each, in their order (KIP-890).</summary>
    public Task<ErrorCode[]> VerifyAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyList<TopicPartition> partitions)
    {
        if (transactionalId.Length == 0)
            return Task.FromResult(All(ErrorCode.InvalidRequest));
        return _shards.ReadAsync(
            transactionalId, "verify-partitions", shard => shard.Adder.Verify(transactionalId, producerId, producerEpoch, partitions), All);

        ErrorCode[] All(ErrorCode error)
        {
            var errors = new ErrorCode[partitions.Count];
            Array.Fill(errors, error);
            return errors;
        }
    }

    private ErrorCode Refusal(InitProducerIdRequest request)
    {
        if (request.TransactionalId!.Length == 0)
            return ErrorCode.InvalidRequest;
        if (request.Enable2Pc && !_config.TwoPhaseCommitEnabled)
            return ErrorCode.TransactionalIdAuthorizationFailed;
        // Kafka 4.3 has the field but does not keep prepared transactions yet.
        if (request.KeepPreparedTxn)
            return ErrorCode.UnsupportedVersion;
        return request.Enable2Pc || (request.TransactionTimeoutMs > 0 && request.TransactionTimeoutMs <= _config.MaxTimeoutMs)
            ? ErrorCode.None
            : ErrorCode.InvalidTransactionTimeout;
    }
}
