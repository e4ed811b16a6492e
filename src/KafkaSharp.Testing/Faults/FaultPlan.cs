using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Faults;

/// <summary>
/// The faults of a test broker. Several may affect one request: its waits happen first, in the order in which the faults were added, then
/// what the first of the others does. Thread-safe.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly Random _random;
    private ActiveFault[] _active = [];

    internal FaultPlan(Random random) => _random = random;

    /// <summary>The faults in effect, in the order in which they were added.</summary>
    public IReadOnlyList<ActiveFault> Active => Volatile.Read(ref _active);

    /// <summary>Adds a fault: it affects requests that come from now on, until it is disposed.</summary>
    public ActiveFault Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Partition is not null && fault.Topic is null)
            throw new ArgumentException("A fault of a partition needs the topic", nameof(fault));
        var active = new ActiveFault(this, fault);
        lock (_gate)
            Volatile.Write(ref _active, [.. _active, active]);
        return active;
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
    internal IReadOnlyList<ActiveFault> Take(RecordedRequest request)
    {
        var active = Volatile.Read(ref _active);
        if (active.Length == 0)
            return [];
        return [.. active.Where(fault => Fits(fault.Fault, request) && fault.Take(Draw(fault.Fault)))];
    }

    private double Draw(Fault fault)
    {
        if (fault.Probability >= 1)
            return 0;
        lock (_gate)
            return _random.NextDouble();
    }

    private static bool Fits(Fault fault, RecordedRequest request) =>
        (fault.Api is null || fault.Api == request.Api)
        && (fault.ClientId is null || fault.ClientId == request.ClientId)
        && (fault.Group is null || request.Groups.Contains(fault.Group))
        && (fault.Topic is null || request.Topics.Any(topic =>
            topic.Name == fault.Topic && (fault.Partition is not { } partition || topic.Partitions.Contains(partition))));
}
