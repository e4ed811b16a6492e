using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The transactions of a log that are being verified with the transaction coordinator (KIP-890), by producer: no transaction begins in the
/// log without verification, so that none stays open forever. Used under the log's lock.
/// </summary>
internal sealed class TransactionVerifications
{
    private readonly Dictionary<long, VerificationEntry> _byProducerId = new(SeededInt64Comparer.Instance);

    public bool IsEmpty => _byProducerId.Count == 0;

    public VerificationEntry? Find(long producerId) => IsEmpty ? null : _byProducerId.GetValueOrDefault(producerId);

    /// <summary>The guard of a producer's verification; concurrent appends of a producer share it.</summary>
    public VerificationGuard Begin(long producerId, int sequence, short epoch, bool supportsEpochBump, long nowMs)
    {
        if (!_byProducerId.TryGetValue(producerId, out var entry))
            _byProducerId.Add(producerId, entry = new VerificationEntry(sequence, epoch, supportsEpochBump, nowMs));
        entry.OnBatch(sequence, epoch);
        return entry.Guard;
    }

    /// <summary>The transaction has begun in the log, or has ended: the guard is worth nothing any more.</summary>
    public void Remove(long producerId) => _byProducerId.Remove(producerId);

    public void RemoveExpired(long nowMs, long expirationMs)
    {
        foreach (var (producerId, entry) in _byProducerId)
        {
            if (nowMs - entry.BeganMs >= expirationMs)
                _byProducerId.Remove(producerId);
        }
    }
}
