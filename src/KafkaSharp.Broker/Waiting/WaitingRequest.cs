using System.Threading.Tasks.Sources;

namespace KafkaSharp.Broker.Waiting;

/// <summary>
/// A request that waits for partitions until its deadline (Kafka's <c>DelayedOperation</c>). It completes exactly once, and its
/// continuation runs on the thread that completes it: in a batch of the partition or of the timer.
/// </summary>
internal abstract class WaitingRequest(TimerWheel timers) : TimerEntry, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _isCompleted;

    protected bool IsCompleted => Volatile.Read(ref _isCompleted) != 0;

    /// <summary>Completes when the wait has ended; to be awaited once.</summary>
    protected ValueTask Completion => new(this, _source.Version);

    /// <summary>Ends the wait after <paramref name="delay"/>.</summary>
    protected void SetDeadline(TimeSpan delay)
    {
        timers.Add(this, delay);
        // If the wait ended before the timer was added, it could not remove the timer.
        if (IsCompleted)
            timers.Remove(this);
    }

    /// <summary>Ends the wait unless it has ended. Must not be called under a lock, because it runs the continuation.</summary>
    protected void Complete()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) != 0)
            return;
        timers.Remove(this);
        _source.SetResult(true);
    }

    protected internal override void Expire() => Complete();

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
