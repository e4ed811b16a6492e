namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Runs work periodically on a timer thread of <see cref="TimeProvider"/>, never twice at once: a run that would overlap the previous one
/// is skipped. A failure is logged, and the next run takes place as planned.
/// </summary>
internal sealed class PeriodicTask : IAsyncDisposable
{
    // The longest interval of a timer. Longer intervals mean never.
    private const long MaxIntervalMs = uint.MaxValue - 1;

    private readonly Action _action;
    private readonly Action<Exception> _failed;
    private readonly ITimer? _timer;
    private int _running;

    public PeriodicTask(TimeProvider time, long initialDelayMs, long intervalMs, Action action, Action<Exception> failed)
    {
        _action = action;
        _failed = failed;
        if (intervalMs is > 0 and <= MaxIntervalMs && initialDelayMs <= MaxIntervalMs)
            _timer = time.CreateTimer(Turn, this, TimeSpan.FromMilliseconds(initialDelayMs), TimeSpan.FromMilliseconds(intervalMs));
    }

    public void Stop() => _timer?.Dispose();

    /// <summary>Stops, and waits for a current run.</summary>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static void Turn(object? state)
    {
        var task = (PeriodicTask)state!;
        if (Interlocked.Exchange(ref task._running, 1) == 1)
            return;
        try
        {
            task._action();
        }
#pragma warning disable CA1031 // An exception out of a timer ends the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            task._failed(e);
        }
        finally
        {
            Volatile.Write(ref task._running, 0);
        }
    }
}
