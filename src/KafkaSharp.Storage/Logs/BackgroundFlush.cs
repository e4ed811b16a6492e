namespace KafkaSharp.Storage.Logs;

/// <summary>
/// A flush of a log on the threads for the disk: after a roll, or for the appends that wait for it. At most one is queued and one runs,
/// however many segments a log rolls or appends arrive while the disk is slow: they share the next one.
/// </summary>
internal sealed class BackgroundFlush(StorageGuard guard, Action<Action> threads, Action<long> flush)
{
    private long _upTo;
    private int _queued;

    /// <summary>Flushes up to an offset soon.</summary>
    public void Request(long upTo)
    {
        if (upTo > Volatile.Read(ref _upTo))
            Volatile.Write(ref _upTo, upTo);
        if (Interlocked.Exchange(ref _queued, 1) == 0)
            guard.RunOn(threads, Run);
    }

    private void Run()
    {
        // Before the offset is read: a request that comes later queues another flush.
        Interlocked.Exchange(ref _queued, 0);
        flush(Volatile.Read(ref _upTo));
    }
}
