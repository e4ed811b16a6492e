using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// EndTxn: decides commit or abort. The response is given when the decision is committed; the markers follow. Used on the shard's event
/// loop. A null response asks for another call, with a new producer id.
/// </summary>
internal sealed class TransactionEnder(TransactionContext context, MarkerDelivery markers)
{
    /// <summary>A request of a client. Its version decides between the rules of KIP-98 and those of KIP-890.</summary>
    public CommandResult<TransactionRecord, ProducerResult?> End(EndAttempt attempt, long? newProducerId)
    {
        if (context.Table.Find(attempt.TransactionalId) is not { } current)
            return Refuse(ErrorCode.InvalidProducerIdMapping);
        return attempt.ClientVersion.SupportsEpochBump
            ? EndWithNewEpoch(current, attempt, newProducerId)
            : EndInSameEpoch(current, attempt);
    }

    /// <summary>
    /// Aborts an open transaction without its producer, in an epoch that the producer does not have, with the rules of the cluster's
    /// version.
    /// </summary>
    public CommandResult<TransactionRecord, ProducerResult?> Fence(TransactionMetadata ongoing, long? newProducerId) =>
        context.ClusterVersion.SupportsEpochBump
            ? Prepare(ongoing, commit: false, context.ClusterVersion, newProducerId)
            : Prepare(ongoing.Fenced(), commit: false, TransactionVersion.Zero, newProducerId);

    private CommandResult<TransactionRecord, ProducerResult?> EndInSameEpoch(TransactionMetadata current, EndAttempt attempt)
    {
        if (current.ProducerId != attempt.ProducerId)
            return Refuse(ErrorCode.InvalidProducerIdMapping);
        if (current.ProducerEpoch != attempt.ProducerEpoch)
            return Refuse(ErrorCode.ProducerFenced);
        if (context.Table.IsPending(current))
            return Refuse(ErrorCode.ConcurrentTransactions);
        return current.State switch
        {
            TransactionState.Ongoing => Prepare(current, attempt.Commit, attempt.ClientVersion, null),
            // A repeated request, or one for a transaction without partitions after another one: no difference can be seen.
            TransactionState.CompleteCommit when attempt.Commit => Refuse(ErrorCode.None),
            TransactionState.CompleteAbort when !attempt.Commit => Refuse(ErrorCode.None),
            _ => InvalidState(current, attempt),
        };
    }

    private CommandResult<TransactionRecord, ProducerResult?> EndWithNewEpoch(
        TransactionMetadata current, EndAttempt attempt, long? newProducerId)
    {
        if (context.Table.IsPending(current))
            return Refuse(ErrorCode.ConcurrentTransactions);
        // A request is repeated when its end has already given the producer another epoch, or another id.
        var missedNewId = current.PreviousProducerId == attempt.ProducerId
            && attempt.ProducerEpoch == short.MaxValue - 1 && current.ProducerEpoch == 0;
        var isRepeated = missedNewId || current.ProducerEpoch == attempt.ProducerEpoch + 1;
        if (current.ProducerId != attempt.ProducerId && !missedNewId)
            return Refuse(ErrorCode.InvalidProducerIdMapping);
        var hasEnded = current.State is TransactionState.CompleteCommit or TransactionState.CompleteAbort;
        if (attempt.ProducerEpoch != current.ProducerEpoch && !(hasEnded && isRepeated))
            return Refuse(ErrorCode.ProducerFenced);
        if (current.State == TransactionState.Ongoing)
            return Prepare(current, attempt.Commit, attempt.ClientVersion, newProducerId);
        if (hasEnded && isRepeated)
        {
            return attempt.Commit == (current.State == TransactionState.CompleteCommit)
                ? new([], new ProducerResult(ErrorCode.None, current.ProducerId, current.ProducerEpoch))
                : InvalidState(current, attempt);
        }
        // An abort is admitted without partitions: the producer may not know whether any were added.
        return current.State.IsIdle() && !attempt.Commit
            ? Prepare(current, commit: false, attempt.ClientVersion, newProducerId)
            : InvalidState(current, attempt);
    }

    private CommandResult<TransactionRecord, ProducerResult?> Prepare(
        TransactionMetadata current, bool commit, TransactionVersion version, long? newProducerId)
    {
        var nextProducerId = RecordBatchHeader.NoProducerId;
        if (version.SupportsEpochBump && current.IsEpochExhausted)
        {
            if (newProducerId is not { } id)
                return new([], null);
            nextProducerId = id;
        }
        var prepared = current.Prepared(commit, version, nextProducerId, context.NowMs);
        if (!context.CanStore(prepared))
            return Refuse(ErrorCode.UnsupportedVersion);
        // What the producer has once the markers are written: it may begin its next transaction with it at once.
        var completed = prepared.Completed(context.NowMs);
        return context.Write(prepared, error => markers.OnPrepared(prepared.TransactionalId, error))
            .Respond<ProducerResult?>(new ProducerResult(ErrorCode.None, completed.ProducerId, completed.ProducerEpoch));
    }

    private CommandResult<TransactionRecord, ProducerResult?> InvalidState(TransactionMetadata current, EndAttempt attempt)
    {
        context.Log.InvalidTransactionState(attempt.TransactionalId, attempt.Commit ? "commit" : "abort", current.State.Name());
        return Refuse(ErrorCode.InvalidTxnState);
    }

    private static CommandResult<TransactionRecord, ProducerResult?> Refuse(ErrorCode error) => new([], new ProducerResult(error));
}
