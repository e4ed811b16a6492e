using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>What a step of a group's state machine wants written, and what follows from that.</summary>
/// <param name="Records">In the order of writing; often none.</param>
/// <param name="Settled">Called on the loop with None when they are committed, or with why they are not.</param>
readonly record struct GroupResult(IReadOnlyList<CoordinatorRecord> Records, Action<ErrorCode>? Settled = null)
{
    public static GroupResult Empty { get; } = new([]);

    public bool IsEmpty => Records.Count == 0 && Settled is null;
}
