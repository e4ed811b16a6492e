namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The states of a classic group. Empty → PreparingRebalance (a member joins) → CompletingRebalance (all have joined) → Stable (the leader
/// gave the assignment); PreparingRebalance → Empty when everybody left; any → Dead when the shard is unloaded or the group removed.
/// </summary>
enum ClassicGroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}
