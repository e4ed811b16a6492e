using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// JoinGroup: a member joins a classic group or joins it again (KIP-62, KIP-345 static members, KIP-394 known member id, KIP-814 skipped
/// assignment). The response is given at once or when the rebalance ends. Used on the shard's event loop.
/// </summary>
internal sealed class ClassicJoin(ClassicContext context, GroupTable groups, ClassicGroups classicGroups, ClassicRebalance rebalance)
{
    private const short RequiresKnownMemberIdVersion = 4;

    public CommandResult<GroupRecord> Join(JoinAttempt join)
    {
        var (groupId, memberId) = (join.Request.GroupId, join.Request.MemberId);
        var records = new List<GroupRecord>();
        if (groups.Find(groupId) is { Type: not GroupType.Classic } other)
        {
            if (!other.IsEmpty || !other.MayBecomeClassic)
                return join.Refuse("", ErrorCode.InconsistentGroupProtocol);
            // A classic group takes the place of an empty group of another protocol.
            if (memberId.Length == 0)
            {
                records.AddRange(other.Tombstones());
                groups.Remove(groupId);
            }
        }
        if (classicGroups.Find(groupId) is { } known)
            return JoinGroup(join, known);
        if (memberId.Length > 0)
            return join.Refuse(memberId, ErrorCode.UnknownMemberId);

        var group = classicGroups.Add(groupId);
        // The first join of a group is refused or starts the initial delay: it writes nothing itself.
        JoinGroup(join, group);
        // The next coordinator must know the group, because its first member has received a member id.
        records.Add(GroupMetadata.OfNew(group));
        return new(records, error => DiscardIfNotWritten(join, group, error));
    }

    private CommandResult<GroupRecord> JoinGroup(JoinAttempt join, ClassicGroup group)
    {
        var memberId = join.Request.MemberId;
        if (!HasRoomFor(group, memberId))
        {
            group.Remove(memberId);
            return join.Refuse("", ErrorCode.GroupMaxSizeReached);
        }
        if (group.State == ClassicGroupState.Dead)
            return join.Refuse(memberId, ErrorCode.CoordinatorNotAvailable);
        if (!group.SupportsProtocols(join.Request.ProtocolType, join.Request.Protocols))
            return join.Refuse(memberId, ErrorCode.InconsistentGroupProtocol);
        return memberId.Length == 0 ? JoinNew(join, group) : JoinAgain(join, group, memberId);
    }

    private CommandResult<GroupRecord> JoinNew(JoinAttempt join, ClassicGroup group)
    {
        var instanceId = join.Request.GroupInstanceId;
        var memberId = $"{instanceId ?? join.Context.ClientId}-{context.NewGuid()}";
        if (instanceId is not null)
        {
            return group.StaticMemberId(instanceId) is not null
                ? new StaticReplacement(context, rebalance, join, group, memberId).Replace()
                : Add(join, group, memberId);
        }
        if (join.Context.ApiVersion < RequiresKnownMemberIdVersion)
            return Add(join, group, memberId);
        var timer = context.NewTimer("classic-group-pending-join");
        group.AddPendingJoin(memberId, timer);
        timer.Set(TimeSpan.FromMilliseconds(join.Request.SessionTimeoutMs), () => rebalance.ExpirePendingJoin(group, memberId));
        return join.Refuse(memberId, ErrorCode.MemberIdRequired);
    }

    private CommandResult<GroupRecord> JoinAgain(JoinAttempt join, ClassicGroup group, string memberId)
    {
        var instanceId = join.Request.GroupInstanceId;
        if (group.IsPendingJoin(memberId))
        {
            // Only dynamic members receive an id before they join: a static member cannot know it.
            return instanceId is null ? Add(join, group, memberId) : join.Refuse(memberId, ErrorCode.UnknownServerError);
        }
        if (group.ValidateMember(memberId, instanceId) is var error and not ErrorCode.None)
            return join.Refuse(memberId, error);

        var member = group.Find(memberId)!;
        var isUnchanged = member.Matches(join.Request.Protocols);
        return group.State switch
        {
            ClassicGroupState.PreparingRebalance => Update(join, group, member, "is joining"),
            // It did not receive the response to its last join, so the response is given again.
            ClassicGroupState.CompletingRebalance when isUnchanged => join.Accept(group, memberId),
            ClassicGroupState.CompletingRebalance => Update(join, group, member, "has updated its metadata"),
            // The leader joins again to have a new assignment made, even when its own metadata has not changed.
            ClassicGroupState.Stable when group.IsLeader(memberId) => Update(join, group, member, "as the leader is rejoining"),
            ClassicGroupState.Stable when isUnchanged => join.Accept(group, memberId),
            ClassicGroupState.Stable => Update(join, group, member, "has updated its metadata"),
            _ => join.Refuse(memberId, ErrorCode.UnknownMemberId),
        };
    }

    private CommandResult<GroupRecord> Add(JoinAttempt join, ClassicGroup group, string memberId)
    {
        var request = join.Request;
        var member = new ClassicGroupMember(
            memberId, request.GroupInstanceId, join.Context.ClientId, join.Context.ClientHost, request.RebalanceTimeoutMs,
            request.SessionTimeoutMs, request.ProtocolType, request.Protocols) { IsNew = true };
        if (group.State == ClassicGroupState.PreparingRebalance && group.PreviousState == ClassicGroupState.Empty)
            group.NewMemberAdded = true;
        group.Add(member, join.Response);
        // A new member does not heartbeat while it waits, and old clients wait without a timeout: the session is long enough for the
        // rebalance, and not longer.
        rebalance.SetSession(group, member, GroupCoordinatorConfig.NewMemberJoinTimeout);
        return rebalance.MaybePrepareOrCompleteJoin(
            group, $"adding new member {memberId} with group instance id {request.GroupInstanceId}; client reason: {join.Reason}");
    }

    private CommandResult<GroupRecord> Update(JoinAttempt join, ClassicGroup group, ClassicGroupMember member, string why)
    {
        var reason = $"member {member.MemberId} {why} during {group.StateName}; client reason: {join.Reason}";
        group.Update(member, join.Request.Protocols, join.Request.RebalanceTimeoutMs, join.Request.SessionTimeoutMs, join.Response);
        return rebalance.MaybePrepareOrCompleteJoin(group, reason);
    }

    private bool HasRoomFor(ClassicGroup group, string memberId) => group.State switch
    {
        ClassicGroupState.PreparingRebalance =>
            group.Find(memberId)?.AwaitingJoin is not null || group.AwaitingJoinCount < context.Config.MaxSize,
        ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable =>
            group.Find(memberId) is not null || group.Members.Count < context.Config.MaxSize,
        _ => true,
    };

    private void DiscardIfNotWritten(JoinAttempt join, ClassicGroup group, ErrorCode error)
    {
        if (error == ErrorCode.None)
            return;
        var response = CoordinatorErrors.OfWrite(error);
        context.Log.GroupNotWritten(group.GroupId, response);
        join.Refuse("", response);
        // Its only member would delay later ones until its session ends.
        classicGroups.DiscardUnlessUsed(group, response);
    }
}
