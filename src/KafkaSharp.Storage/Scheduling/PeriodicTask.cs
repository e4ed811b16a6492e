namespace KafkaSharp.Storage.Scheduling;

/// <summary>
/// Runs work periodically on the threads for disk work, never twice at once: a run that would overlap the previous one is skipped. A
/// failure is logged, and the next run takes place as planned.
/// </summary>
internal sealed class PeriodicTask : IAsyncDisposable
{
    private readonly Action<Action> _background;
    private readonly Action _action;
    private readonly Action<Exception> _failed;
    private readonly ITimer? _timer;
    private int _running;

    /// <param name="time">The clock of the interval.</param>
    /// <param name="initialDelayMs">The time until the first run, in milliseconds.</param>
    /// <param name="intervalMs">The time between runs, in milliseconds; none takes place if it is longer than a timer can be.</param>
    /// <param name="background">Runs the work on another thread than that of the timer.</param>
    /// <param name="action">The work.</param>
    /// <param name="failed">Gets its exceptions.</param>
    public PeriodicTask(
        TimeProvider time, long initialDelayMs, long intervalMs, Action<Action> background, Action action, Action<Exception> failed)
    {
        _background = background;
        _action = action;
        _failed = failed;
        if (intervalMs is > 0 and <= TimerLimits.LongestMs && initialDelayMs <= TimerLimits.LongestMs)
            _timer = time.CreateTimer(Turn, this, TimeSpan.FromMilliseconds(initialDelayMs), TimeSpan.FromMilliseconds(intervalMs));
    }

    public void Stop() => _timer?.Dispose();

    /// <summary>Stops: on return no further run is posted. One that was posted before is not waited for.</summary>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static void Turn(object? state)
    {
        var task = (PeriodicTask)state!;
        if (Interlocked.Exchange(ref task._running, 1) == 0)
            task._background(task.Run);
    }

    private void Run()
    {
        try
        {
            _action();
        }
#pragma warning disable CA1031 // The next run takes place as planned.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed(e);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
