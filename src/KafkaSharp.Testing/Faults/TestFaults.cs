using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Faults;

/// <summary>
/// The faults of a test broker. Several may affect one request: its waits happen first, in the order in which the faults were added, then
/// what the first of the others does. Thread-safe.
/// </summary>
public sealed class TestFaults
{
    private readonly Lock _gate = new();
    private readonly Random _random;
    private ActiveFault[] _active = [];
    private int _count;

    internal TestFaults(Random random) => _random = random;

    /// <summary>The faults in effect, in the order in which they were added.</summary>
    public IReadOnlyList<ActiveFault> Active => Volatile.Read(ref _active);

    /// <summary>Adds a fault: it affects what happens from now on, until it is disposed.</summary>
    /// <exception cref="ArgumentException">The fault selects what its action does not have, such as the API of a full disk.</exception>
    public ActiveFault Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Mistake is { } mistake)
            throw new ArgumentException(mistake, nameof(fault));
        var active = new ActiveFault(this, fault, Interlocked.Increment(ref _count));
        lock (_gate)
            Volatile.Write(ref _active, [.. _active, active]);
        return active;
    }

    /// <summary>Adds all faults of a plan, in its order.</summary>
    public IReadOnlyList<ActiveFault> Add(FaultPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return [.. plan.Faults.Select(Add)];
    }

    /// <summary>Removes all faults.</summary>
    public void Clear()
    {
        foreach (var fault in Active)
            fault.Dispose();
    }

    internal void Remove(ActiveFault fault)
    {
        lock (_gate)
            Volatile.Write(ref _active, [.. _active.Where(other => other != fault)]);
    }

    /// <summary>The faults that affect a request. Each counts it.</summary>
    internal IReadOnlyList<FaultEffect> Take(RecordedRequest request)
    {
        var active = Volatile.Read(ref _active);
        if (active.Length == 0)
            return [];
        return
        [
            .. active.Where(fault => fault.Fault.Action.Subject == FaultSubject.Request && Fits(fault.Fault, request))
                .Select(fault => fault.Take()).OfType<FaultEffect>(),
        ];
    }

    /// <summary>The first fault with an action that affects something other than a request; it counts it.</summary>
    internal bool TryTake<TAction>(Func<Fault, TAction, bool> fits, [NotNullWhen(true)] out ActiveFault? taken)
        where TAction : FaultAction
    {
        taken = null;
        foreach (var fault in Volatile.Read(ref _active))
        {
            if (fault.Fault.Action is TAction action && fits(fault.Fault, action) && fault.Take() is not null)
            {
                taken = fault;
                return true;
            }
        }
        return false;
    }

    /// <summary>A number between 0 and 1 from the seed of the broker.</summary>
    internal double Draw()
    {
        lock (_gate)
            return _random.NextDouble();
    }

    private static bool Fits(Fault fault, RecordedRequest request) =>
        (fault.Api is null || fault.Api == request.Api)
        && (fault.ClientId is null || fault.ClientId == request.ClientId)
        && (fault.Group is null || request.Groups.Contains(fault.Group))
        && (fault.Topic is null || request.Topics.Any(topic =>
            topic.Name == fault.Topic && (fault.Partition is not { } partition || topic.Partitions.Contains(partition))))
        && fault.Action.Fits(request);
}
