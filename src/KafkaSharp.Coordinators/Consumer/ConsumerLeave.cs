using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
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

    public ConsumerLeave(ConsumerContext context, ConsumerGroups groups, ConsumerTimers timers)
    {
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
            return Remove(group, member).Respond(response);
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

    private CommandResult<GroupRecord> Expire(string groupId, string memberId, int? epoch)
    {
        if (_groups.Find(groupId) is not { } group || group.Find(memberId) is not { } member)
        {
            // It was replaced, or its records could not be written when it joined.
            _timers.Cancel(groupId, memberId);
            return CommandResult.Empty<GroupRecord>();
        }
        if (epoch is not null && member.MemberEpoch != epoch)
            return CommandResult.Empty<GroupRecord>();
        _context.Log.ConsumerMemberFenced(
            memberId, groupId, epoch is null ? "its session expired" : "it did not give up partitions in time");
        return Remove(group, member);
    }

    private CommandResult<GroupRecord> Remove(ConsumerGroup group, ConsumerGroupMember member)
    {
        var records = new List<GroupRecord>(ConsumerGroupRecords.RemoveMember(group.GroupId, member.MemberId));
        if (member.Pattern is { } pattern && group.Subscriptions.MembersOf(pattern) == 1)
            records.Add(ConsumerGroupRecords.RemovePattern(group.GroupId, pattern));
        var hash = _context.Metadata.HashOf(group.Subscriptions.CountsAfter(member, null).Topics);
        records.Add(ConsumerGroupRecords.Epoch(group.GroupId, group.Epoch + 1, hash));
        return new(records, error =>
        {
            if (error == ErrorCode.None)
                _timers.Cancel(group.GroupId, member.MemberId);
            else
                _timers.SetSession(group.GroupId, member.MemberId);
        });
    }
}
