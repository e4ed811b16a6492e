using KafkaSharp.Testing.Waiting;

namespace KafkaSharp.Testing.Faults;

/// <summary>
/// A fault that is in effect. Disposing removes it: requests that it holds go on, those it hangs lose their connection. Thread-safe.
/// </summary>
public sealed class ActiveFault : IDisposable
{
    private readonly TestFaults _faults;
    private readonly Random? _random;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<TaskCompletionSource> _held = [];
    private TaskCompletionSource _hit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fitting;
    private int _hits;

    internal ActiveFault(TestFaults faults, Fault fault, int id)
    {
        Id = id;
        _faults = faults;
        Fault = fault;
        if (fault.Seed is { } seed)
            _random = new Random(seed);
    }

    /// <summary>A number unique among the faults of the broker.</summary>
    public int Id { get; }

    public Fault Fault { get; }

    /// <summary>How many requests it has affected.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>Completes when the fault is removed.</summary>
    internal Task Removed => _removed.Task;

    /// <summary>Waits, by the test's own clock, until the fault has affected so many requests.</summary>
    /// <exception cref="TimeoutException">It has not within the time (ten seconds by default).</exception>
    public async Task WaitForHitsAsync(int hits = 1, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_hits >= hits)
                    return;
                next = _hit.Task;
            }
            if (!await deadline.WaitForAsync(next, cancellation))
                throw new TimeoutException($"The fault has affected {Hits} requests, and {hits} were expected: {Fault}");
        }
    }

    /// <summary>Lets requests that the fault holds go on, the first ones first; later requests are held as before.</summary>
    public void Release(int count = int.MaxValue)
    {
        for (; count > 0; count--)
        {
            TaskCompletionSource? held;
            lock (_gate)
            {
                if (!_held.TryDequeue(out held))
                    return;
            }
            held.TrySetResult();
        }
    }

    public void Dispose()
    {
        _faults.Remove(this);
        _removed.TrySetResult();
        Release();
    }

    /// <summary>Counts a request that fits; whether it is affected.</summary>
    internal bool Take()
    {
        TaskCompletionSource hit;
        var drawn = Fault.Probability < 1 && _random is null ? _faults.Draw() : 0;
        lock (_gate)
        {
            var draw = Fault.Probability < 1 ? _random?.NextDouble() ?? drawn : drawn;
            if (Removed.IsCompleted || draw >= Fault.Probability || _fitting++ < Fault.Skip
                || (Fault.Count is { } count && _hits >= count))
                return false;
            _hits++;
            hit = _hit;
            _hit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        hit.SetResult();
        return true;
    }

    /// <summary>Completes with the next <see cref="Release"/>, or when the fault is removed.</summary>
    internal Task Held()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!Removed.IsCompleted)
            {
                _held.Enqueue(held);
                return held.Task;
            }
        }
        return Task.CompletedTask;
    }
}
