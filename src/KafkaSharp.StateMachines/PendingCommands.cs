namespace KafkaSharp.StateMachines;

/// <summary>
/// Commands that wait for the commit of their records, in the order of the log, with their deadlines. Used on the event loop only.
/// </summary>
internal sealed class PendingCommands(EventLoop loop)
{
    private readonly Queue<PendingCommand> _queue = new();
    private EventLoopTimer? _sweep;
    private long _sweepAt = long.MaxValue;

    public bool IsEmpty => _queue.Count == 0;

    public void Add(PendingCommand command)
    {
        _queue.Enqueue(command);
        if (command.Deadline < _sweepAt)
            SweepAt(command.Deadline);
    }

    /// <summary>Completes the commands whose records are all below an offset.</summary>
    public void CompleteUpTo(long committedOffset)
    {
        while (_queue.TryPeek(out var command) && command.EndOffset <= committedOffset)
            _queue.Dequeue().Complete();
    }

    /// <summary>Aborts the commands that wrote, or saw, anything at or above an offset.</summary>
    public void AbortAbove(long offset, Exception reason)
    {
        // Offsets increase along the queue: what is aborted are its last commands.
        var kept = _queue.Count(command => command.EndOffset <= offset);
        for (var left = kept; left > 0; left--)
            _queue.Enqueue(_queue.Dequeue());
        while (_queue.Count > kept)
            _queue.Dequeue().Abort(reason);
    }

    public void AbortAll(Exception reason)
    {
        _sweep?.Cancel();
        while (_queue.TryDequeue(out var command))
            command.Abort(reason);
    }

    private void SweepAt(long deadline)
    {
        _sweep?.Cancel();
        _sweepAt = deadline;
        _sweep = deadline == long.MaxValue
            ? null
            : loop.Schedule(loop.Time.GetElapsedTime(loop.Time.GetTimestamp(), deadline), SweepTimedOut);
    }

    private void SweepTimedOut()
    {
        var now = loop.Time.GetTimestamp();
        var next = long.MaxValue;
        foreach (var command in _queue)
        {
            if (command.Deadline <= now)
                command.TimeOut();
            else if (!command.IsDone)
                next = Math.Min(next, command.Deadline);
        }
        SweepAt(next);
    }
}
