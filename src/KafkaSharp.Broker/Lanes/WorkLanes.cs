using KafkaSharp.Compression;

namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// Runs work whose cost depends on the content of requests, apart from the socket threads and the thread pool. At any time a fixed number
/// of items run, each on a thread of the lanes. An item that has used up its turn (<see cref="IWorkTurn.CheckIn"/>) is paused while another
/// flow waits that has used less time, so that short work of one connection is not delayed by long work of another. Threads start on demand
/// and end when idle. Thread-safe.
/// </summary>
public sealed class WorkLanes : IDisposable
{
    /// <summary>The maximum number of threads. A paused item keeps its thread, so this also limits the number of started items.</summary>
    public const int DefaultMaxThreads = 128;

    /// <summary>
    /// The memory that the started items may reserve together: three of the largest windows of zstd, but a quarter of the heap at most.
    /// </summary>
    public const long LargestMaxMemory = 384L * 1024 * 1024;

    // Threads that wait for memory do not count as those that work, so that they do not keep ordinary work out.
    private const int WaitingThreadsFactor = 7;

    private const int StackBytes = 512 * 1024;
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly FairQueue _paused = new();
    private readonly FairQueue _new = new();
    private readonly Queue<LaneItem> _starting = new();
    private readonly LaneMemory _memory;
    private readonly TimeProvider _time;
    private readonly long _turnTicks;
    private readonly int _maxThreads;
    private int _free;
    private int _threads;
    private int _idle;
    // The items that have started.
    private int _unfinished;
    private long _virtualTime;
    private bool _stopped;

    /// <param name="time">The clock of turns.</param>
    /// <param name="parallelism">How many items run at once; by default one processor is left to the sockets.</param>
    /// <param name="maxThreads">How many threads there are at most, besides those that wait for memory.</param>
    /// <param name="maxMemory">How many bytes the started items may reserve together.</param>
    public WorkLanes(TimeProvider time, int? parallelism = null, int maxThreads = DefaultMaxThreads, long? maxMemory = null)
    {
        _time = time;
        _memory = new LaneMemory(
            maxMemory ?? Math.Min(LargestMaxMemory, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));
        _maxThreads = maxThreads;
        _turnTicks = (long)(s_turn.TotalSeconds * time.TimestampFrequency);
        _free = parallelism ?? Math.Max(1, Environment.ProcessorCount - 1);
    }

    /// <summary>What one reservation counts as at most, in bytes.</summary>
    public long LargestReservation => _memory.LargestReservation;

    private bool CanStart => _idle > _starting.Count
        || _threads - Math.Min(_memory.WaitingCount, WaitingThreadsFactor * _maxThreads) < _maxThreads;

    /// <summary>
    /// Runs a function after the earlier ones of its flow. Continuations of the result run on the thread pool. The task is cancelled if the
    /// lanes are disposed before the function starts.
    /// </summary>
    public Task<T> RunAsync<T>(LaneFlow flow, Func<IWorkTurn, T> work)
    {
        var item = new LaneItem<T>(this, flow, work);
        lock (_gate)
        {
            if (_stopped)
                item.Cancel();
            else if (flow.Current is not null)
                (flow.Waiting ??= new Queue<LaneItem>()).Enqueue(item);
            else
            {
                // An idle flow gets no credit for the time that other flows used.
                flow.Used = Math.Max(flow.Used, _virtualTime);
                Activate(item);
                Grant();
            }
        }
        return item.Completion;
    }

    /// <summary>
    /// Cancels items that have not started, and waits for those that have: what they use may be closed afterwards. Not called by an item.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var item in _new.Drain())
            {
                item.Cancel();
                CancelWaiting(item.Flow);
            }
            Monitor.PulseAll(_gate);
            while (_unfinished > 0)
                Monitor.Wait(_gate);
        }
    }

    internal void CheckIn(LaneItem item)
    {
        var now = _time.GetTimestamp();
        if (now - item.TurnStarted < _turnTicks)
            return;
        lock (_gate)
        {
            // Dispose waits for the item, whose content may make it take minutes.
            if (_stopped)
                throw new OperationCanceledException("The broker stops");
            Charge(item, now);
            if (!OthersGoFirst(item))
                return;
            _paused.Enqueue(item);
            _free++;
            Grant();
        }
        item.Pause();
    }

    internal void ReserveMemory(LaneItem item, long bytes)
    {
        if (bytes <= _memory.Uncounted)
            return;
        lock (_gate)
        {
            var served = _memory.Reserve(item, bytes);
            var isServed = served.Remove(item);
            PauseUntilGranted(served);
            if (!isServed)
            {
                Charge(item, _time.GetTimestamp());
                _free++;
            }
            Grant();
            if (isServed)
                return;
        }
        item.Pause();
    }

    internal void ReturnMemory(LaneItem item, long bytes)
    {
        lock (_gate)
        {
            PauseUntilGranted(_memory.Return(item, bytes));
            Grant();
        }
    }

    private void PauseUntilGranted(List<LaneItem> items)
    {
        foreach (var item in items)
            _paused.Enqueue(item);
    }

    private void Activate(LaneItem item)
    {
        item.Flow.Current = item;
        _new.Enqueue(item);
    }

    private bool OthersGoFirst(LaneItem item) =>
        (_paused.TryPeek(out var paused) && paused <= item.Flow.Used) || (CanStart && _new.TryPeek(out var next) && next <= item.Flow.Used);

    // Gives free turns to the flows that have used the least.
    private void Grant()
    {
        while (_free > 0)
        {
            var hasPaused = _paused.TryPeek(out var paused);
            var hasNew = _new.TryPeek(out var next) && CanStart;
            if (!hasPaused && !hasNew)
                return;
            var item = hasPaused && (!hasNew || paused <= next) ? _paused.Dequeue() : _new.Dequeue();
            _free--;
            _virtualTime = Math.Max(_virtualTime, item.Flow.Used);
            item.TurnStarted = _time.GetTimestamp();
            if (item.IsStarted)
                item.Resume();
            else
                Start(item);
        }
    }

    private void Start(LaneItem item)
    {
        item.IsStarted = true;
        _unfinished++;
        _starting.Enqueue(item);
        if (_idle >= _starting.Count)
        {
            Monitor.Pulse(_gate);
            return;
        }
        _threads++;
        try
        {
            new Thread(Work, StackBytes) { IsBackground = true, Name = "request lane" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // No thread could be created. Another lane thread takes the item when it is free; if there is none, the thread pool runs it.
            if (--_threads > 0)
                return;
            _threads++;
            ThreadPool.UnsafeQueueUserWorkItem(static lanes => lanes.Work(), this, preferLocal: false);
        }
    }

    private void Work()
    {
        LaneItem? item = null;
        while ((item = TakeNext(item)) is not null)
            item.Execute();
    }

    // Ends the item that the thread has run, and returns the next; null when there was none for a while, and the thread ends.
    private LaneItem? TakeNext(LaneItem? finished)
    {
        lock (_gate)
        {
            if (finished is not null)
                Finish(finished);
            while (true)
            {
                // A thread that has become idle may be what a waiting item needs.
                _idle++;
                Grant();
                var goesOn = _starting.Count > 0 || (!_stopped && Monitor.Wait(_gate, s_idle));
                _idle--;
                if (_starting.TryDequeue(out var next))
                    return next;
                if (!goesOn)
                {
                    _threads--;
                    return null;
                }
            }
        }
    }

    private void Finish(LaneItem item)
    {
        var flow = item.Flow;
        Charge(item, _time.GetTimestamp());
        // Nothing, unless a reservation could not be disposed of.
        PauseUntilGranted(_memory.Return(item, item.ReservedBytes));
        _free++;
        flow.Current = null;
        if (--_unfinished == 0 && _stopped)
            Monitor.PulseAll(_gate);
        if (_stopped)
            CancelWaiting(flow);
        else if (flow.Waiting?.TryDequeue(out var next) == true)
            Activate(next);
    }

    private static void Charge(LaneItem item, long now)
    {
        item.Flow.Used += now - item.TurnStarted;
        item.TurnStarted = now;
    }

    private static void CancelWaiting(LaneFlow flow)
    {
        while (flow.Waiting?.TryDequeue(out var item) == true)
            item.Cancel();
    }
}
