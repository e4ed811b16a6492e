using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The timeouts of the members of consumer groups: of the session, and of giving up partitions. They are no part of the replayed state. An
/// expiry checks whether it still applies. Used on the shard's event loop.
/// </summary>
internal sealed class ConsumerTimers(ConsumerContext context)
{
    private readonly Dictionary<(string GroupId, string MemberId), Timers> _timers = [];

    /// <summary>Makes the records that remove a member; set once, because the removal needs these timers.</summary>
    public Func<string, string, int?, CommandResult<GroupRecord>> Fence { get; set; } = (_, _, _) => CommandResult.Empty<GroupRecord>();

    public void SetSession(string groupId, string memberId) => Of(groupId, memberId).Session.Set(
        TimeSpan.FromMilliseconds(context.Config.SessionTimeoutOf(context.Image, groupId)),
        () => Expire(groupId, memberId, epoch: null));

    /// <summary>Starts or ends the time that a member has to give up partitions.</summary>
    public void SetRebalance(string groupId, ConsumerGroupMember member)
    {
        var timers = Of(groupId, member.MemberId);
        if (member.State != MemberState.UnrevokedPartitions)
        {
            timers.Rebalance?.Cancel();
            return;
        }
        timers.Rebalance ??= context.Shard.NewTimer("consumer-group-rebalance-timeout");
        timers.Rebalance.Set(
            TimeSpan.FromMilliseconds(member.RebalanceTimeoutMs), () => Expire(groupId, member.MemberId, member.MemberEpoch));
    }

    /// <summary>The shard is loaded: every member has a whole session to find the new coordinator.</summary>
    public void Start(ConsumerGroup group)
    {
        foreach (var member in group.Members.Values)
        {
            SetSession(group.GroupId, member.MemberId);
            if (member.State == MemberState.UnrevokedPartitions)
                SetRebalance(group.GroupId, member);
        }
    }

    public void Cancel(string groupId, string memberId)
    {
        if (!_timers.Remove((groupId, memberId), out var timers))
            return;
        timers.Session.Cancel();
        timers.Rebalance?.Cancel();
    }

    public void CancelAll()
    {
        foreach (var (groupId, memberId) in _timers.Keys.ToList())
            Cancel(groupId, memberId);
    }

    private CommandResult<GroupRecord> Expire(string groupId, string memberId, int? epoch) => Fence(groupId, memberId, epoch);

    private Timers Of(string groupId, string memberId)
    {
        if (!_timers.TryGetValue((groupId, memberId), out var timers))
            _timers.Add((groupId, memberId), timers = new Timers(context.Shard.NewTimer("consumer-group-session-timeout")));
        return timers;
    }

    private sealed class Timers(ShardTimer<GroupRecord> session)
    {
        public ShardTimer<GroupRecord> Session { get; } = session;

        public ShardTimer<GroupRecord>? Rebalance { get; set; }
    }
}
