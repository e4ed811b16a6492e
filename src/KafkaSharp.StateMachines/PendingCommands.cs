namespace KafkaSharp.StateMachines;

/// <summary>
/// Commands that wait for the commit of their records, in the order of the log, with their deadlines. One that has timed out is not kept,
/// so there are never more than arrive within a timeout, however long nothing is committed. Used on the event loop only.
/// </summary>
internal sealed class PendingCommands(EventLoop loop)
{
    private readonly LinkedList<PendingCommand> _inOrder = new();

    // Those that are due are found without a look at the others.
    private readonly SortedSet<PendingCommand> _byDeadline = new(Comparer<PendingCommand>.Create(
        (one, other) => (one.Deadline, one.Number).CompareTo((other.Deadline, other.Number))));

    private EventLoopTimer? _sweep;
    private long _sweepAt = long.MaxValue;
    private long _lastNumber;

    public bool IsEmpty => _inOrder.Count == 0;

    public void Add(PendingCommand command)
    {
        command.Number = ++_lastNumber;
        command.Place = _inOrder.AddLast(command);
        if (command.Deadline == long.MaxValue)
            return;
        _byDeadline.Add(command);
        if (command.Deadline < _sweepAt)
            SweepAt(command.Deadline);
    }

    /// <summary>Completes the commands whose records are all below an offset.</summary>
    public void CompleteUpTo(long committedOffset)
    {
        while (_inOrder.First?.Value is { } command && command.EndOffset <= committedOffset)
        {
            Remove(command);
            command.Complete();
        }
    }

    /// <summary>Aborts the commands that wrote, or saw, anything at or above an offset.</summary>
    public void AbortAbove(long offset, Exception reason)
    {
        // Offsets increase along the list: what is aborted are its last commands.
        var aborted = new Stack<PendingCommand>();
        while (_inOrder.Last?.Value is { } command && command.EndOffset > offset)
        {
            Remove(command);
            aborted.Push(command);
        }
        foreach (var command in aborted)
            command.Abort(reason);
    }

    public void AbortAll(Exception reason)
    {
        _sweep?.Cancel();
        while (_inOrder.First?.Value is { } command)
        {
            Remove(command);
            command.Abort(reason);
        }
    }

    private void Remove(PendingCommand command)
    {
        _inOrder.Remove(command.Place!);
        command.Place = null;
        if (command.Deadline != long.MaxValue)
            _byDeadline.Remove(command);
    }

    private void SweepAt(long deadline)
    {
        _sweep?.Cancel();
        _sweepAt = deadline;
        _sweep = loop.Schedule(loop.Time.GetElapsedTime(loop.Time.GetTimestamp(), deadline), SweepTimedOut);
    }

    private void SweepTimedOut()
    {
        _sweepAt = long.MaxValue;
        var now = loop.Time.GetTimestamp();
        while (_byDeadline.Min is { } command && command.Deadline <= now)
        {
            Remove(command);
            command.TimeOut();
        }
        if (_byDeadline.Min is { } next && next.Deadline < _sweepAt)
            SweepAt(next.Deadline);
    }
}
