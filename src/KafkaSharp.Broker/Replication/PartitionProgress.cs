namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Who waits for a partition to move. Telling costs one fence and one read while nobody waits. Safe for use from any thread.
/// </summary>
sealed class PartitionProgress
{
    private readonly Lock _gate = new();
    private ProgressWaiter[] _waiters = [];

    public void Register(ProgressWaiter waiter)
    {
        lock (_gate)
            Volatile.Write(ref _waiters, [.. _waiters, waiter]);
        // Pairs with the fence in Tell: either the waiter sees what was appended, or the appender sees the waiter.
        Interlocked.MemoryBarrier();
    }

    public void Unregister(ProgressWaiter waiter)
    {
        lock (_gate)
        {
            var at = Array.IndexOf(_waiters, waiter);
            if (at >= 0)
                Volatile.Write(ref _waiters, [.. _waiters[..at], .. _waiters[(at + 1)..]]);
        }
    }

    /// <summary>Called after the new end is visible to readers.</summary>
    public void Tell(long bytes)
    {
        Interlocked.MemoryBarrier();
        foreach (var waiter in Volatile.Read(ref _waiters))
            waiter.OnProgress(bytes);
    }

    /// <summary>Wakes everyone: leadership moved or the partition is gone.</summary>
    public void WakeAll()
    {
        Interlocked.MemoryBarrier();
        foreach (var waiter in Volatile.Read(ref _waiters))
            waiter.Expire();
    }
}
