using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Moving;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The move of one log to another log directory, from the request to the end (KIP-113). <see cref="LogMoves"/> runs it. Thread-safe.
/// </summary>
public sealed class LogMove
{
    private readonly Action<LogMove> _run;
    private int _state;
    private int _runs;
    private ITimer? _timer;

    internal LogMove(
        PartitionLog current, PartitionLog future, LogDirectory source, LogDirectory destination, Action<LogMove> run, LogMove? earlier)
    {
        (Current, Future, Source, Destination, _run, Earlier) = (current, future, source, destination, run, earlier);
        Copy = new ReplicaCopy(current, future);
    }

    public TopicPartition TopicPartition => Current.TopicPartition;

    /// <summary>The id of the topic; null for a topic without one.</summary>
    public Uuid? TopicId => Current.TopicId;

    public LogDirectory Source { get; }

    public LogDirectory Destination { get; }

    internal PartitionLog Current { get; }

    internal PartitionLog Future { get; }

    internal ReplicaCopy Copy { get; }

    /// <summary>
    /// The move that has brought the log to <see cref="Source"/>, when its end waits for space there; null if it was done.
    /// </summary>
    internal LogMove? Earlier { get; }

    internal MoveState State => (MoveState)Volatile.Read(ref _state);

    /// <summary>Whether it has not ended: neither done nor cancelled nor failed.</summary>
    internal bool IsActive => State != MoveState.Ended;

    /// <summary>
    /// The controller knows the new directory (KIP-858): the log may change to it. Without effect unless this was asked for.
    /// </summary>
    public void Approve()
    {
        if (TryChange(MoveState.Asking, MoveState.Approved))
            _run(this);
    }

    internal bool TryChange(MoveState from, MoveState to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    /// <summary>Ends it; the state before, which is <see cref="MoveState.Ended"/> for all but the first caller.</summary>
    internal MoveState End()
    {
        var before = (MoveState)Interlocked.Exchange(ref _state, (int)MoveState.Ended);
        Interlocked.Exchange(ref _timer, null)?.Dispose();
        return before;
    }

    /// <summary>Runs it again after a time, or earlier when it is woken.</summary>
    internal void RunAfter(TimeSpan delay, TimeProvider time)
    {
        var timer = time.CreateTimer(static move => ((LogMove)move!)._run((LogMove)move), this, delay, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _timer, timer)?.Dispose();
        if (!IsActive)
            Interlocked.Exchange(ref _timer, null)?.Dispose();
    }

    /// <summary>Runs work on one thread at a time: a call while it runs makes it run again, on the thread that runs it.</summary>
    internal void RunExclusively(Action<LogMove> work)
    {
        if (Interlocked.Increment(ref _runs) > 1)
            return;
        int seen;
        do
        {
            seen = Volatile.Read(ref _runs);
            work(this);
        }
        while (Interlocked.CompareExchange(ref _runs, 0, seen) != seen);
    }
}

/// <summary>How far a move is.</summary>
internal enum MoveState
{
    /// <summary>The future replica catches up.</summary>
    Copying,

    /// <summary>It has caught up; the controller was asked to note the new directory and has not responded yet.</summary>
    Asking,

    /// <summary>The controller knows the new directory: the log changes to it as soon as both are equal.</summary>
    Approved,

    /// <summary>The log has changed to it; what is left is to make this durable and to delete the old folder.</summary>
    Finishing,

    /// <summary>Done, cancelled or failed.</summary>
    Ended,
}
