using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// A deadline of a shard whose expiry is a command like any other: it may write records. Moving the deadline back costs nothing; the
/// underlying timer checks again when it fires. Used on the shard's event loop.
/// </summary>
internal sealed class ShardTimer<TRecord>(EventLoop loop, Action<string, Func<CommandResult<TRecord>>> post, string name)
    where TRecord : class
{
    private Func<CommandResult<TRecord>>? _expired;
    private EventLoopTimer? _timer;
    private long _deadline = long.MaxValue;
    private long _timerDue;

    private long Now => loop.Time.GetTimestamp();

    /// <summary>Sets what happens when the time is over, in place of what was set before.</summary>
    public void Set(TimeSpan delay, Func<CommandResult<TRecord>> expired)
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

    /// <summary>The command of the passed deadline; the deadline may have moved between its expiry and the command.</summary>
    private CommandResult<TRecord> Expire()
    {
        if (_expired is not { } expired || Now < _deadline)
            return CommandResult.Empty<TRecord>();
        _expired = null;
        _deadline = long.MaxValue;
        return expired();
    }

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
        // At least one millisecond: a timer that fires slightly early must not spin.
        if (Now < _deadline)
            Start(TimeSpan.FromMilliseconds(1));
        else
            post(name, Expire);
    }
}
