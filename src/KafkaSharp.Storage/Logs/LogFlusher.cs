namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Makes a log durable up to an offset and moves its recovery point there. The log's lock is not held during fsync; the flushes of one log
/// run one after another. After a flush has failed every later one fails too: Linux reports a failed write-back once and then marks the
/// pages clean, so that a second fsync would succeed although the bytes never reached the disk.
/// </summary>
internal sealed class LogFlusher(LogState state)
{
    private readonly Lock _flushing = new();
    private long _lastFlush = state.Options.Time.GetTimestamp();
    private IOException? _failure;

    /// <summary>The time since the log was last flushed, or opened.</summary>
    public TimeSpan SinceLastFlush => state.Options.Time.GetElapsedTime(Volatile.Read(ref _lastFlush));

    /// <exception cref="IOException">The disk fails or has failed before. Only opening the log again allows another flush.</exception>
    public void Flush(long upTo)
    {
        lock (_flushing)
        {
            if (_failure is not null)
                throw new IOException(
                    $"The log {state.Directory} cannot be flushed: an earlier flush has failed. Restart the broker to recover the log.",
                    _failure);
            FlushPlan? plan;
            do
            {
                lock (state.Gate)
                    plan = FlushPlan.Make(state, upTo);
                if (plan is null)
                    return;
            }
            while (!Run(plan));
            lock (state.Gate)
            {
                if (plan.IsEndUnchanged && plan.UpTo > state.RecoveryPoint)
                    state.SetRecoveryPoint(plan.UpTo);
            }
            Volatile.Write(ref _lastFlush, state.Options.Time.GetTimestamp());
        }
    }

    /// <summary>Runs a plan; false when the log was truncated or renamed at the same time, and another plan is needed.</summary>
    private bool Run(FlushPlan plan)
    {
        try
        {
            return plan.Run();
        }
        catch (IOException failure)
        {
            _failure = failure;
            throw;
        }
    }
}
