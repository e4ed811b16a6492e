using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// What the coordinator does without a request: aborts transactions whose timeout has passed, and removes transactional ids that were not
/// used for long. Used on the shard's event loop.
/// </summary>
internal sealed class TransactionCleanup
{
    private readonly TransactionContext _context;
    private readonly TransactionEnder _ender;
    private readonly ProducerIdSource _producerIds;
    private readonly ShardTimer<TransactionRecord> _abortTimer;
    private readonly ShardTimer<TransactionRecord> _expiryTimer;

    public TransactionCleanup(TransactionContext context, TransactionEnder ender, ProducerIdSource producerIds)
    {
        _context = context;
        _ender = ender;
        _producerIds = producerIds;
        _abortTimer = context.NewTimer("abort-timed-out-transactions");
        _expiryTimer = context.NewTimer("remove-expired-transactional-ids");
    }

    public void Start()
    {
        _abortTimer.Set(_context.Config.AbortTimedOutInterval, AbortTimedOut);
        _expiryTimer.Set(_context.Config.RemoveExpiredInterval, RemoveExpired);
    }

    public void Stop()
    {
        _abortTimer.Cancel();
        _expiryTimer.Cancel();
    }

    private CommandResult<TransactionRecord> AbortTimedOut()
    {
        _abortTimer.Set(_context.Config.AbortTimedOutInterval, AbortTimedOut);
        // A command for each: they are written in one batch, but none fails with another one.
        foreach (var transaction in _context.Table.All.Where(HasTimedOut))
            PostAbort(transaction, newProducerId: null);
        return CommandResult.Empty<TransactionRecord>();
    }

    private bool HasTimedOut(TransactionMetadata transaction) =>
        transaction is { State: TransactionState.Ongoing, IsTwoPhaseCommit: false }
        && AgeMs(transaction) > transaction.TimeoutMs
        && !_context.Table.IsPending(transaction);

    // Only the wall clock is known to the coordinator that began it and to this one.
    private double AgeMs(TransactionMetadata transaction) => transaction.StartTimestamp is { } started
        ? _context.Time.GetElapsedTime(started).TotalMilliseconds
        : _context.NowMs - transaction.StartMs;

    private void PostAbort(TransactionMetadata timedOut, long? newProducerId) => _context.Post("abort-timed-out-transaction", () =>
    {
        // Unless a request or another abort came before.
        if (_context.Table.Find(timedOut.TransactionalId) is not { } current || current != timedOut || _context.Table.IsPending(current))
            return CommandResult.Empty<TransactionRecord>();
        var aborted = _ender.Fence(current, newProducerId);
        if (aborted.Response is null)
        {
            _ = AbortWithNewProducerIdAsync(timedOut);
            return CommandResult.Empty<TransactionRecord>();
        }
        _context.Log.TransactionTimedOut(current.TransactionalId, current.TimeoutMs, current.ProducerId, current.ProducerEpoch);
        return new CommandResult<TransactionRecord>(aborted.Records, aborted.OnCompleted);
    });

    private async Task AbortWithNewProducerIdAsync(TransactionMetadata timedOut)
    {
        // Without an id the next check tries again.
        if (await _producerIds() is (ErrorCode.None, var id))
            PostAbort(timedOut, id);
    }

    private CommandResult<TransactionRecord> RemoveExpired()
    {
        _expiryTimer.Set(_context.Config.RemoveExpiredInterval, RemoveExpired);
        var last = _context.NowMs - _context.Config.IdExpirationMs;
        TransactionRecord[] tombstones =
        [
            .. _context.Table.All
                .Where(t => t.State.IsIdle() && t.LastUpdateMs <= last && !_context.Table.IsPending(t))
                .Select(t => new TransactionRecord(t.TransactionalId, null, 0)),
        ];
        if (tombstones.Length > 0)
            _context.Log.RemovingExpired(tombstones.Length, _context.Partition);
        return new CommandResult<TransactionRecord>(tombstones, IsAtomic: false);
    }
}
