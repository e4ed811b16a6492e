namespace KafkaSharp.Testing.Time;

/// <summary>
/// A clock that stands until it is moved: <see cref="KafkaTestBrokerOptions.Time"/> of a broker whose time passes on request. Thread-safe.
/// </summary>
/// <param name="start">The time at which it stands first.</param>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly Lock _advancing = new();
    private readonly List<ClockTimer> _timers = [];
    private DateTimeOffset _now = start.ToUniversalTime();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves the clock. What is due until then happens in the order of its time, each with the clock at that time, before this returns.
    /// Continuations of waits run on the thread pool, and may still run when it returns.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_advancing)
        {
            var end = GetUtcNow() + by;
            while (TakeDue(end) is { } due)
                due.Fire();
        }
    }

    private ClockTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            // The first of those that were added first, so that a run can be repeated.
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is null)
            {
                _now = end;
                return null;
            }
            if (next.Due > _now)
                _now = next.Due;
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                next.Due += next.Period;
                _timers.Add(next);
            }
            return next;
        }
    }

    private sealed class ClockTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                Period = period > TimeSpan.Zero ? period : TimeSpan.Zero;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                var isDue = dueTime <= TimeSpan.Zero;
                Due = clock._now + (isDue ? Period : dueTime);
                if (!isDue || Period > TimeSpan.Zero)
                    clock._timers.Add(this);
                // As with the system's clock, what is due at once does not wait for the clock to move.
                if (isDue)
                    ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
