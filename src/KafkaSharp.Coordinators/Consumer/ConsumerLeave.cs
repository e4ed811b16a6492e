using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// Members leave a consumer group: for good (epoch -1), a static one for a while (-2), or because a timeout has passed. Used on the shard's
/// event loop.
/// </summary>
internal sealed class ConsumerLeave
{
    private readonly ConsumerContext _context;
    private readonly ConsumerGroups _groups;
    private readonly ConsumerTimers _timers;
    private readonly IProtocolMigration _migration;

    public ConsumerLeave(ConsumerContext context, ConsumerGroups groups, ConsumerTimers timers, IProtocolMigration migration)
    {
        _migration = migration;
        _context = context;
        _groups = groups;
        _timers = timers;
        timers.Fence = Expire;
    }

    public CommandResult<GroupRecord, ConsumerGroupHeartbeatResponse> Leave(ConsumerGroupHeartbeatRequest request)
    {
        if (_groups.Find(request.GroupId) is not { } group)
            return ConsumerResponses.Refuse(ConsumerMembership.NoGroup(_groups.FindAny(request.GroupId) is not null, request.GroupId));
        var member = request.InstanceId is null ? group.Find(request.MemberId) : group.FindStatic(request.InstanceId);
        if (ConsumerMembership.CheckLeaving(group, member, request) is { } error)
            return ConsumerResponses.Refuse(error);
        var response = new ConsumerGroupHeartbeatResponse { MemberId = request.MemberId, MemberEpoch = request.MemberEpoch };
        _context.Log.ConsumerMemberLeft(member!.MemberId, group.GroupId, request.MemberEpoch);
        if (request.InstanceId is null || request.MemberEpoch != ConsumerGroupMember.AwayEpoch)
            return Remove(group, [member]).Respond(response);
        // The partitions stay with the instance; the member that takes its place is assigned them from the start, so that old commits are
        // fenced.
        var away = member with
        {
            MemberEpoch = ConsumerGroupMember.AwayEpoch,
            PendingRevocation = OwnedPartitions.Empty,
            Assigned = member.Assigned.InEpoch(0),
        };
        return new([ConsumerGroupRecords.Current(group.GroupId, away)], response, IsAtomic: true);
    }

    /// <summary>Removes members; with the last one of the consumer protocol the group may become classic.</summary>
    public CommandResult<GroupRecord> Remove(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> members)
    {
        if (members.Count == 0)
            return CommandResult.Empty<GroupRecord>();
        var result = _migration.Downgrade(group, members) ?? new CommandResult<GroupRecord>(RemovalRecords(group, members));
        // Now, and not when the records are committed: the same members may have joined again by then.
        _timers.Suspend(group.GroupId, members);
        return result;
    }

    private List<GroupRecord> RemovalRecords(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> members)
    {
        var records = new List<GroupRecord>();
        foreach (var member in members)
            records.AddRange(ConsumerGroupRecords.RemoveMember(group.GroupId, member.MemberId));
        var (counts, patterns) = group.Subscriptions.Without(members);
        foreach (var pattern in patterns)
            records.Add(ConsumerGroupRecords.RemovePattern(group.GroupId, pattern));
        records.Add(ConsumerGroupRecords.Epoch(group.GroupId, group.Epoch + 1, _context.Metadata.HashOf(counts.Topics)));
        return records;
    }

    private CommandResult<GroupRecord> Expire(MemberExpiry expiry)
    {
        if (_groups.Find(expiry.GroupId) is not { } group || group.Find(expiry.MemberId) is not { } member)
        {
            // It was replaced, or its records could not be written when it joined.
            _timers.Cancel(expiry.GroupId, expiry.MemberId);
            return CommandResult.Empty<GroupRecord>();
        }
        if (expiry.Epoch is { } epoch && member.MemberEpoch != epoch)
            return CommandResult.Empty<GroupRecord>();
        _context.Log.ConsumerMemberFenced(expiry.MemberId, expiry.GroupId, expiry.Reason);
        return Remove(group, [member]);
    }
}
