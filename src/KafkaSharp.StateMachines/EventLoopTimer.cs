namespace KafkaSharp.StateMachines;

/// <summary>
/// A command that an <see cref="EventLoop"/> runs once after a delay. <see cref="Cancel"/> from any thread; after a cancel on the loop
/// itself it does not run any more.
/// </summary>
public sealed class EventLoopTimer
{
    /// <summary>The longest delay that timers of .NET take, 49.7 days; a longer one waits in several turns.</summary>
    private static readonly TimeSpan _longestTurn = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly EventLoop _loop;
    private readonly Lock _gate = new();
    private Action? _command;
    private ITimer? _timer;
    private TimeSpan _rest;

    internal EventLoopTimer(EventLoop loop, Action command)
    {
        _loop = loop;
        _command = command;
    }

    /// <summary>Whether the command has neither run nor been cancelled.</summary>
    public bool IsPending => Volatile.Read(ref _command) is not null;

    /// <summary>True when this call prevented the command from running.</summary>
    public bool Cancel()
    {
        var cancelled = Interlocked.Exchange(ref _command, null) is not null;
        DisposeTimer();
        return cancelled;
    }

    internal void Start(TimeSpan delay)
    {
        lock (_gate)
        {
            _timer = _loop.Time.CreateTimer(
                static state => ((EventLoopTimer)state!).Fire(), this, NextTurn(delay), Timeout.InfiniteTimeSpan);
            if (Volatile.Read(ref _command) is null)
                _timer.Dispose();
        }
    }

    private TimeSpan NextTurn(TimeSpan delay)
    {
        var turn = delay < TimeSpan.Zero ? TimeSpan.Zero : delay > _longestTurn ? _longestTurn : delay;
        _rest = delay - turn;
        return turn;
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (_rest > TimeSpan.Zero)
            {
                _timer!.Change(NextTurn(_rest), Timeout.InfiniteTimeSpan);
                return;
            }
        }
        _loop.Post(() =>
        {
            var command = Interlocked.Exchange(ref _command, null);
            DisposeTimer();
            command?.Invoke();
        });
    }

    private void DisposeTimer()
    {
        lock (_gate)
            _timer?.Dispose();
        _loop.Forget(this);
    }
}
