using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Makes a log durable and publishes how far it is. The log's lock is not held during fsync; the flushes of one log run one after another.
/// After a flush has failed every later one fails too: Linux reports a failed write-back once and then marks the pages clean, so that a
/// second fsync would succeed although the bytes never reached the disk.
/// </summary>
internal sealed class LogFlusher(LogState state)
{
    private readonly Lock _flushing = new();
    private long _lastFlush = state.Options.Time.GetTimestamp();
    private volatile IOException? _failure;

    /// <summary>Raised after a flush has ended, outside all locks, on the thread of the flush.</summary>
    public event Action? Flushed;

    /// <summary>The time since the log was last flushed, or opened.</summary>
    public TimeSpan SinceLastFlush => state.Options.Time.GetElapsedTime(Volatile.Read(ref _lastFlush));

    /// <summary>Whether a flush has failed, so that no later one can succeed.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Makes everything below an offset durable, and moves the recovery point there.</summary>
    /// <exception cref="IOException">The disk fails or has failed before. Only opening the log again allows another flush.</exception>
    public void Flush(long upTo) => Flush(() => FlushPlan.Make(state, upTo));

    /// <summary>Makes all records durable, for the appends that wait for it: all that have been made so far share one fsync.</summary>
    /// <inheritdoc cref="Flush(long)" path="/exception"/>
    public void FlushForAppends() => Flush(() => FlushPlan.MakeForAppends(state));

    /// <summary>Runs something that must not change what a flush under way works on. It waits for the one under way.</summary>
    public void Exclude(Action action)
    {
        lock (_flushing)
            action();
    }

    private void Flush(Func<FlushPlan?> make)
    {
        lock (_flushing)
        {
            if (_failure is not null)
                throw HasFailedBefore(_failure);
            FlushPlan? plan;
            do
            {
                lock (state.Gate)
                    plan = make();
                if (plan is null)
                    return;
            }
            while (!Run(plan));
            lock (state.Gate)
                plan.Publish();
            Volatile.Write(ref _lastFlush, state.Options.Time.GetTimestamp());
        }
        Flushed?.Invoke();
    }

    // What was written before is lost, and no retry can help.
    private IOException HasFailedBefore(IOException cause) => DiskErrors.Lasting(
        $"The log {state.Directory} cannot be flushed: a flush has failed ({cause.Message}). Restart the broker to recover the log.",
        cause);

    /// <summary>Runs a plan; false when the log was truncated or renamed at the same time, and another plan is needed.</summary>
    private bool Run(FlushPlan plan)
    {
        try
        {
            return plan.Run();
        }
        catch (IOException failure) when (plan.IsBegun)
        {
            _failure = failure;
            throw HasFailedBefore(failure);
        }
    }
}
