namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The states of a classic group. Empty → PreparingRebalance (a member joins) → CompletingRebalance (all have joined) → Stable (the
/// leader sent the assignment); PreparingRebalance → Empty when all members left; any → Dead when the shard is unloaded.
/// </summary>
internal enum ClassicGroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}
