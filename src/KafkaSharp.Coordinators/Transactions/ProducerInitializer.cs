using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// InitProducerId: gives a producer that begins, or that continues after an error (KIP-360), an id and an epoch that fence every older
/// producer of the transactional id. Used on the shard's event loop.
/// </summary>
internal sealed class ProducerInitializer(TransactionContext context, TransactionEnder ender)
{
    /// <summary>A null response asks for another call, with a new producer id.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="timeoutMs">The timeout of the producer's transactions.</param>
    /// <param name="expected">The id and epoch of a producer that continues; null for one that begins.</param>
    /// <param name="newProducerId">A producer id that no producer has yet; null until it is asked for.</param>
    public CommandResult<TransactionRecord, ProducerResult?> Initialize(
        string transactionalId, int timeoutMs, (long Id, short Epoch)? expected, long? newProducerId)
    {
        var current = context.Table.Find(transactionalId);
        if (current is null)
        {
            if (newProducerId is not { } id)
                return new([], null);
            current = new TransactionMetadata
            {
                TransactionalId = transactionalId,
                ProducerId = id,
                TimeoutMs = timeoutMs,
                LastUpdateMs = context.NowMs,
            };
        }
        else if (context.Table.IsPending(current))
        {
            return Refuse(ErrorCode.ConcurrentTransactions);
        }
        if (expected is { } known && !MayContinue(current, known.Id, known.Epoch))
            return Refuse(ErrorCode.ProducerFenced);
        if (current.State.IsIdle())
            return Begin(current, timeoutMs, expected?.Epoch, newProducerId);
        if (current.State == TransactionState.Ongoing)
            return AbortFirst(current, newProducerId);
        throw new InvalidOperationException($"Transactional id {transactionalId} is in state {current.State}");
    }

    /// <summary>
    /// Whether a producer that names an id and an epoch is the current one. The epoch is compared when it is raised. A producer whose
    /// epochs are used up may have missed the response with its new id.
    /// </summary>
    private static bool MayContinue(TransactionMetadata current, long id, short epoch) =>
        current.ProducerEpoch == RecordBatchHeader.NoProducerEpoch
        || id == current.ProducerId
        || (id == current.PreviousProducerId && TransactionMetadata.IsExhausted(epoch));

    private static CommandResult<TransactionRecord, ProducerResult?> Refuse(ErrorCode error) => new([], new ProducerResult(error));

    private CommandResult<TransactionRecord, ProducerResult?> Begin(
        TransactionMetadata current, int timeoutMs, short? expectedEpoch, long? newProducerId)
    {
        TransactionMetadata? next;
        if (!current.IsEpochExhausted)
            next = current.WithNewEpoch(timeoutMs, expectedEpoch, context.NowMs);
        else if (expectedEpoch is { } epoch && epoch != current.ProducerEpoch)
            // Kafka fails here with an internal error, because there is no further epoch.
            return Refuse(ErrorCode.UnknownServerError);
        else if (newProducerId is { } id)
            next = current.WithNewProducerId(id, timeoutMs, context.NowMs, continues: expectedEpoch is not null);
        else
            return new([], null);
        return next is null
            ? Refuse(ErrorCode.ProducerFenced)
            : context.Write(next).Respond<ProducerResult?>(new ProducerResult(ErrorCode.None, next.ProducerId, next.ProducerEpoch));
    }

    /// <summary>Aborts the open transaction in a new epoch, which no client gets. The client asks again and gets the one after.</summary>
    private CommandResult<TransactionRecord, ProducerResult?> AbortFirst(TransactionMetadata ongoing, long? newProducerId)
    {
        var aborted = ender.Fence(ongoing, newProducerId);
        return aborted.Response is { Error: ErrorCode.None }
            ? aborted with { Response = new ProducerResult(ErrorCode.ConcurrentTransactions) }
            : aborted;
    }
}
