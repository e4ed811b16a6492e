namespace KafkaSharp.Broker.Replication;

/// <summary>
/// One timer for all that waits with a deadline: it is armed for the earliest only. What completes early stays in the queue
/// until its deadline passes or the queue has doubled, when all such items are dropped (Kafka's purgatory purges likewise): the queue holds at
/// most about twice what waited at once, at a constant cost per item. Safe for use from any thread.
/// </summary>
sealed class DeadlineTimer : IDisposable
{
    private const int LeastToPurge = 1000;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<IExpiring, long> _queue = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private int _purgeAt = LeastToPurge;

    public DeadlineTimer(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((DeadlineTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls <see cref="IExpiring.Expire"/> once after <paramref name="delay"/>, unless the item has completed by then.</summary>
    public void Add(IExpiring item, TimeSpan delay)
    {
        var due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            if (_queue.Count >= _purgeAt)
                Purge();
            _queue.Enqueue(item, due);
            if (due < _armedFor)
                Arm(due);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Purge()
    {
        var waiting = _queue.UnorderedItems.Where(entry => !entry.Element.IsCompleted).ToList();
        _queue.Clear();
        _queue.EnqueueRange(waiting);
        _purgeAt = Math.Max(LeastToPurge, 2 * waiting.Count);
    }

    private void Arm(long due)
    {
        _armedFor = due;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
        // Timers count whole milliseconds: rounding up keeps one from firing before its item is due.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        List<IExpiring>? expired = null;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_queue.TryPeek(out var item, out var due) && due <= now)
            {
                _queue.Dequeue();
                (expired ??= []).Add(item);
            }
            if (_queue.TryPeek(out _, out var next))
                Arm(next);
            else
                _armedFor = long.MaxValue;
        }
        if (expired is null)
            return;
        foreach (var item in expired)
            item.Expire();
    }
}

/// <summary>Something that waits until a deadline. <see cref="Expire"/> must be harmless after it has completed otherwise.</summary>
interface IExpiring
{
    bool IsCompleted { get; }

    void Expire();
}
