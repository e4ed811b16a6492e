using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>
/// A deadline of a shard whose passing is a command like any other: it may write records. Pushing the deadline back costs nothing; the
/// underlying timer looks again when it fires. Used on the shard's event loop.
/// </summary>
sealed class ShardTimer(EventLoop loop, IShardTimerTarget target, string name)
{
    private Func<GroupResult>? _expired;
    private EventLoopTimer? _timer;
    private long _deadline = long.MaxValue;
    private long _timerDue;

    public string Name { get; } = name;

    /// <summary>Sets what happens when the time is over, instead of what was set before.</summary>
    public void Set(TimeSpan delay, Func<GroupResult> expired)
    {
        _expired = expired;
        _deadline = Now + (long)(delay.TotalSeconds * loop.Time.TimestampFrequency);
        if (_timer is { IsPending: true })
        {
            if (_timerDue <= _deadline)
                return;
            _timer.Cancel();
        }
        Start(TimeSpan.Zero);
    }

    public void Cancel()
    {
        _expired = null;
        _deadline = long.MaxValue;
        _timer?.Cancel();
    }

    /// <summary>Runs as the command of the passed deadline, unless the deadline moved between its passing and the command.</summary>
    public GroupResult Expire()
    {
        if (_expired is not { } expired || Now < _deadline)
            return GroupResult.Empty;
        _expired = null;
        _deadline = long.MaxValue;
        return expired();
    }

    private long Now => loop.Time.GetTimestamp();

    private void Start(TimeSpan shortest)
    {
        _timerDue = _deadline;
        var delay = loop.Time.GetElapsedTime(Now, _deadline);
        _timer = loop.Schedule(delay > shortest ? delay : shortest, Fire);
    }

    private void Fire()
    {
        if (_expired is null)
            return;
        // One millisecond at least: a timer that fires a moment early must not spin.
        if (Now < _deadline)
            Start(TimeSpan.FromMilliseconds(1));
        else
            target.OnExpired(this);
    }
}
