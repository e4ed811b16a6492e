using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// The transactional ids of one shard. What replay changes is undone when its records are not written. Used on the shard's event loop, and
/// by one loading thread before that.
/// </summary>
internal sealed class TransactionTable(UndoLog undo)
{
    private readonly RevertibleDictionary<string, TransactionMetadata> _transactions = new(undo, StringComparer.Ordinal);
    private readonly HashSet<string> _uncommitted = new(StringComparer.Ordinal);

    public IReadOnlyCollection<TransactionMetadata> All => _transactions.Values;

    public TransactionMetadata? Find(string transactionalId) => _transactions.TryGetValue(transactionalId, out var found) ? found : null;

    /// <summary>
    /// Whether a transition is under way: its record is not committed, or markers are being written. Requests that would begin another one
    /// are refused with CONCURRENT_TRANSACTIONS, as in Kafka.
    /// </summary>
    public bool IsPending(TransactionMetadata metadata) =>
        metadata.State.IsPrepared() || _uncommitted.Contains(metadata.TransactionalId);

    public void Replay(TransactionRecord record)
    {
        if (record.Metadata is { } metadata)
            _transactions.Set(record.TransactionalId, metadata);
        else
            _transactions.Remove(record.TransactionalId);
    }

    /// <summary>A record of the id is about to be written.</summary>
    public void BeginWrite(string transactionalId) => _uncommitted.Add(transactionalId);

    /// <summary>The record is committed, or the wait for it has ended.</summary>
    public void EndWrite(string transactionalId) => _uncommitted.Remove(transactionalId);
}
