using KafkaSharp.Compression;

namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// One piece of work of a flow: runs once on a thread of the lanes, which may pause it at its <see cref="IWorkTurn.CheckIn"/>.
/// </summary>
internal abstract class LaneItem(WorkLanes lanes, LaneFlow flow) : IWorkTurn
{
    [ThreadStatic]
    private static LaneItem? t_current;

    private readonly object _pause = new();
    private bool _granted;

    /// <summary>The item that the current thread runs; null on threads that are not of the lanes.</summary>
    public static LaneItem? Current => t_current;

    public LaneFlow Flow { get; } = flow;

    /// <summary>When its turn began, as a timestamp.</summary>
    public long TurnStarted { get; set; }

    public bool IsStarted { get; set; }

    /// <summary>What <see cref="LaneMemory"/> has given it.</summary>
    public long ReservedBytes { get; set; }

    /// <summary>What it asked <see cref="LaneMemory"/> for last.</summary>
    public long WantedBytes { get; set; }

    /// <summary>How many others were served before it since it asked.</summary>
    public int Overtakings { get; set; }

    public void CheckIn() => lanes.CheckIn(this);

    public IDisposable ReserveMemory(long bytes)
    {
        var before = ReservedBytes;
        lanes.ReserveMemory(this, bytes);
        return new Reservation(lanes, this, ReservedBytes - before);
    }

    public void Execute()
    {
        t_current = this;
        Run();
        t_current = null;
    }

    /// <summary>Completes the task as cancelled, instead of <see cref="Execute"/>.</summary>
    public abstract void Cancel();

    /// <summary>Begins the next turn of a paused item. From any thread.</summary>
    public void Resume()
    {
        lock (_pause)
        {
            _granted = true;
            Monitor.Pulse(_pause);
        }
    }

    /// <summary>Blocks the item's thread until <see cref="Resume"/>.</summary>
    public void Pause()
    {
        lock (_pause)
        {
            while (!_granted)
                Monitor.Wait(_pause);
            _granted = false;
        }
    }

    /// <summary>Does the work and completes its task with the result or the exception. Does not throw.</summary>
    protected abstract void Run();

    private sealed class Reservation(WorkLanes lanes, LaneItem item, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose()
        {
            if (_bytes > 0)
                lanes.ReturnMemory(item, _bytes);
            _bytes = 0;
        }
    }
}

/// <summary>A function with a result.</summary>
internal sealed class LaneItem<T>(WorkLanes lanes, LaneFlow flow, Func<IWorkTurn, T> work) : LaneItem(lanes, flow)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the result; its continuations run on the thread pool, not on the lane's thread.</summary>
    public Task<T> Completion => _completion.Task;

    protected override void Run()
    {
        try
        {
            _completion.SetResult(work(this));
        }
        catch (Exception e)
        {
            _completion.SetException(e);
        }
    }

    public override void Cancel() => _completion.SetCanceled();
}
