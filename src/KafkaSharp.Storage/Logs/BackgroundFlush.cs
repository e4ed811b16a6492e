namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The flush of a log that nobody waits for, after a roll. At most one is queued and one runs, however many segments a log rolls while the
/// disk is slow.
/// </summary>
internal sealed class BackgroundFlush(StorageGuard guard, Action<long> flush)
{
    private long _upTo;
    private int _queued;

    /// <summary>Flushes up to an offset soon. Called under the log's lock.</summary>
    public void Request(long upTo)
    {
        if (upTo > Volatile.Read(ref _upTo))
            Volatile.Write(ref _upTo, upTo);
        if (Interlocked.Exchange(ref _queued, 1) == 0)
            guard.RunInBackground(Run);
    }

    private void Run()
    {
        // Before the offset is read: a request that comes later queues another flush.
        Interlocked.Exchange(ref _queued, 0);
        flush(Volatile.Read(ref _upTo));
    }
}
