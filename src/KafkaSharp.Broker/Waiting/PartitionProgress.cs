namespace KafkaSharp.Broker.Waiting;

/// <summary>
/// A position of a partition that only grows, and the requests that wait until it reaches theirs (a key of Kafka's purgatory). A waiter
/// costs nothing until its position is reached: moving on is one atomic addition, and adding or removing a waiter takes logarithmic time,
/// however many wait. Waiters are called in short batches on the thread pool, never on the thread that moves the position. Safe for use
/// from any thread.
/// </summary>
sealed class PartitionProgress : BatchedWork
{
    private readonly Lock _gate = new();
    private WaiterHeap _waiters = new();
    private long _position;
    private long _nextDue = long.MaxValue;
    private int _wakes;

    public long Position => Volatile.Read(ref _position);

    /// <summary>How often all were woken. A waiter that has seen another number when it is added is due at once.</summary>
    public int Wakes => Volatile.Read(ref _wakes);

    /// <summary>Moves the position on; called after what it stands for is visible to readers.</summary>
    public void Advance(long by)
    {
        if (Interlocked.Add(ref _position, by) >= Volatile.Read(ref _nextDue))
            Signal();
    }

    /// <summary>Moves the position to at least the given one.</summary>
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

    /// <summary>Sets the position anew, also to a lower one, after which all waiters look again.</summary>
    public void Reset(long position)
    {
        Interlocked.Exchange(ref _position, position);
        WakeAll();
    }

    /// <summary>Has the waiter called once the position is at least <paramref name="due"/>. One that waits already waits for the new
    /// position.</summary>
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

    /// <summary>Removes a waiter that waits no longer. It may be called once more by a batch that runs meanwhile.</summary>
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

    /// <summary>Calls all waiters, whatever they wait for: leadership moved, the partition is gone, or more became readable than was
    /// appended.</summary>
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
