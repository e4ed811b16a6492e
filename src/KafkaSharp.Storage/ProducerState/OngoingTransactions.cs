namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The transactions that limit the last stable offset, by the offset of their first record: open transactions, and those whose marker is
/// not yet below the high watermark. Used under the log's lock.
/// </summary>
internal sealed class OngoingTransactions
{
    private readonly SortedList<long, long> _open = [];
    private readonly SortedList<long, long> _unreplicated = [];

    public bool IsEmpty => _open.Count == 0 && _unreplicated.Count == 0;

    /// <summary>The first offset of the oldest transaction without a marker.</summary>
    public long? FirstUndecidedOffset => _open.Count == 0 ? null : _open.GetKeyAtIndex(0);

    /// <summary>The first offset that a read_committed reader must not see.</summary>
    public long? FirstUnstableOffset
    {
        get
        {
            if (_unreplicated.Count == 0)
                return FirstUndecidedOffset;
            var unreplicated = _unreplicated.GetKeyAtIndex(0);
            return FirstUndecidedOffset is { } open ? Math.Min(open, unreplicated) : unreplicated;
        }
    }

    public void Begin(long producerId, long firstOffset) => _open[firstOffset] = producerId;

    /// <summary>
    /// The last stable offset after the transaction is complete, assuming that everything is replicated. The transaction index stores it.
    /// </summary>
    public long LastStableOffsetAfter(CompletedTransaction transaction)
    {
        for (var i = 0; i < _open.Count; i++)
        {
            if (_open.GetValueAtIndex(i) != transaction.ProducerId)
                return _open.GetKeyAtIndex(i);
        }
        return transaction.LastOffset + 1;
    }

    public void Complete(CompletedTransaction transaction)
    {
        if (!_open.Remove(transaction.FirstOffset))
            throw new InvalidOperationException(
                $"no open transaction of producer {transaction.ProducerId} begins at {transaction.FirstOffset}");
        _unreplicated[transaction.FirstOffset] = transaction.LastOffset;
    }

    /// <summary>Removes completed transactions whose marker is before <paramref name="offset"/>.</summary>
    public void RemoveUnreplicatedBelow(long offset)
    {
        for (var i = _unreplicated.Count - 1; i >= 0; i--)
        {
            if (_unreplicated.GetValueAtIndex(i) < offset)
                _unreplicated.RemoveAt(i);
        }
    }

    public void Clear()
    {
        _open.Clear();
        _unreplicated.Clear();
    }
}
