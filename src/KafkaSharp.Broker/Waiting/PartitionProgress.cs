namespace KafkaSharp.Broker.Waiting;

/// <summary>
/// A position of a partition that only grows, and the requests that wait until it reaches theirs (a key of Kafka's purgatory). A waiter
/// costs nothing until its position is reached: an advance is one atomic addition. Adding or removing a waiter takes logarithmic time.
/// Waiters are called in short batches on the thread pool, never on the thread that advances the position. Thread-safe.
/// </summary>
internal sealed class PartitionProgress : BatchedWork
{
    private readonly Lock _gate = new();
    private WaiterHeap _waiters = new();
    private long _position;
    private long _nextDue = long.MaxValue;
    private int _wakes;

    public long Position => Volatile.Read(ref _position);

    /// <summary>The number of calls of <see cref="WakeAll"/>. A waiter that is added with another number is due at once.</summary>
    public int Wakes => Volatile.Read(ref _wakes);

    /// <summary>Advances the position. Called after the data below the new position is visible to readers.</summary>
    public void Advance(long by)
    {
        if (Interlocked.Add(ref _position, by) >= Volatile.Read(ref _nextDue))
            Signal();
    }

    /// <summary>Advances the position to at least the given one.</summary>
    public void AdvanceTo(long position)
    {
        for (var before = Position; before < position;)
        {
            var seen = Interlocked.CompareExchange(ref _position, position, before);
            if (seen == before)
                break;
            before = seen;
        }
        if (position >= Volatile.Read(ref _nextDue))
            Signal();
    }

    /// <summary>Sets the position, possibly to a lower one, and wakes all waiters.</summary>
    public void Reset(long position)
    {
        Interlocked.Exchange(ref _position, position);
        WakeAll();
    }

    /// <summary>
    /// Adds a waiter, which is called when the position is at least <paramref name="due"/>. If it already waits, its position is replaced.
    /// </summary>
    public void Add(ProgressWaiter waiter, long due)
    {
        lock (_gate)
        {
            if (waiter.HeapIndex >= 0)
                _waiters.Remove(waiter);
            if (waiter.SeenWakes != _wakes)
                waiter.IsWoken = true;
            waiter.Due = waiter.IsWoken ? long.MinValue : due;
            _waiters.Add(waiter);
            PublishNext();
        }
        // Pairs with the fence of Advance: either the position is seen here, or the waiter is seen there.
        Interlocked.MemoryBarrier();
        if (Position >= Volatile.Read(ref _nextDue))
            Signal();
    }

    /// <summary>Removes a waiter. A batch that is running may still call it once.</summary>
    public void Remove(ProgressWaiter waiter)
    {
        lock (_gate)
        {
            if (waiter.HeapIndex < 0)
                return;
            _waiters.Remove(waiter);
            PublishNext();
        }
    }

    /// <summary>
    /// Calls all waiters, regardless of their positions: the leader changed, the partition was removed, or more became readable than was
    /// appended.
    /// </summary>
    public void WakeAll()
    {
        lock (_gate)
        {
            _wakes++;
            foreach (var waiter in _waiters.Items)
            {
                waiter.IsWoken = true;
                waiter.Due = long.MinValue;
            }
            PublishNext();
        }
        Signal();
    }

    protected override bool TryRunNext()
    {
        ProgressWaiter? waiter;
        lock (_gate)
        {
            waiter = _waiters.First;
            if (waiter is null || waiter.Due > Position)
                return false;
            _waiters.Remove(waiter);
            PublishNext();
        }
        waiter.OnDue();
        return true;
    }

    private void PublishNext() => Volatile.Write(ref _nextDue, _waiters.First?.Due ?? long.MaxValue);
}
