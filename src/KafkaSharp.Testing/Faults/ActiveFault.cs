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
        // Nothing is taken afterwards, so that nothing is held for ever.
        lock (_gate)
            _removed.TrySetResult();
        Release();
    }

    /// <summary>Counts what fits; the effect on it, or null if it is not affected.</summary>
    internal FaultEffect? Take()
    {
        // Held before the hit is seen: a test that waits for the hit may release it.
        var held = Fault.Action is FaultAction.WaitForRelease
            ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            : null;
        TaskCompletionSource hit;
        var drawn = Fault.Probability < 1 && _random is null ? _faults.Draw() : 0;
        lock (_gate)
        {
            var draw = Fault.Probability < 1 ? _random?.NextDouble() ?? drawn : drawn;
            if (Removed.IsCompleted || draw >= Fault.Probability || _fitting++ < Fault.Skip
                || (Fault.Count is { } count && _hits >= count))
                return null;
            _hits++;
            if (held is not null)
                _held.Enqueue(held);
            hit = _hit;
            _hit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        hit.SetResult();
        return new FaultEffect(this, held?.Task ?? Task.CompletedTask);
    }
}
