using KafkaSharp.Coordinators.Consumer;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>What members of the classic protocol ask of consumer groups that have members. Used on the shard's event loop.</summary>
internal sealed class ClassicMembers(
    ConsumerGroups groups, ClassicMemberJoin join, ClassicMemberSync sync, ClassicMemberHeartbeat heartbeat, ClassicMemberLeave leave)
{
    public ClassicMemberJoin Join { get; } = join;

    public ClassicMemberSync Sync { get; } = sync;

    public ClassicMemberHeartbeat Heartbeat { get; } = heartbeat;

    public ClassicMemberLeave Leave { get; } = leave;

    /// <summary>The consumer group of that id; null when there is none that has members.</summary>
    public ConsumerGroup? GroupOf(string groupId) => groups.Find(groupId) is { IsEmpty: false } group ? group : null;
}
