using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>The last things that one member did, or that happened to all; text is made of them only when a run fails.</summary>
internal sealed class SimulationTrace
{
    private const int Size = 16;

    private readonly Entry[] _last = new Entry[Size];
    private int _count;

    public void Add(int step, string what, string id = "", int epoch = 0, ErrorCode? error = null) =>
        _last[_count++ % Size] = new(step, what, id, epoch, error);

    public override string ToString() => string.Join(
        Environment.NewLine, Enumerable.Range(Math.Max(0, _count - Size), Math.Min(_count, Size)).Select(i => _last[i % Size]));

    private readonly record struct Entry(int Step, string What, string Id, int Epoch, ErrorCode? Error)
    {
        public override string ToString() =>
            $"    step {Step}: {What}{(Id.Length > 0 ? $" as {Id} in {Epoch}" : "")}{(Error is { } error ? $": {error}" : "")}";
    }
}
