using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// JoinGroup: a member enters a classic group or rejoins it (KIP-62, KIP-345 static members, KIP-394 known member id, KIP-814 skipped
/// assignment). The answer comes through the completion, at once or when the rebalance ends. Used on the shard's event loop.
/// </summary>
sealed class ClassicJoin(ShardContext context, GroupTable groups, ClassicRebalance rebalance)
{
    private const short RequiresKnownMemberIdVersion = 4;
    private const short SkipsAssignmentVersion = 9;

    public GroupResult Join(GroupRequestContext request, JoinGroupRequest join, TaskCompletionSource<JoinGroupResponse> completion)
    {
        var records = new List<CoordinatorRecord>();
        if (groups.Find(join.GroupId) is OpaqueGroup opaque)
        {
            if (!opaque.IsEmpty || opaque.Type == GroupType.Share)
                return Answer(completion, "", ErrorCode.InconsistentGroupProtocol);
            // An empty group of another protocol makes room for a classic one.
            records.AddRange(opaque.Tombstones());
            groups.Remove(join.GroupId);
        }
        var isNew = groups.Find(join.GroupId) is null;
        if (isNew && join.MemberId.Length > 0)
            return Answer(completion, join.MemberId, ErrorCode.UnknownMemberId) with { Records = records };

        var group = groups.GetOrAddClassic(join.GroupId)!;
        GroupResult result;
        if (!HasRoomFor(group, join.MemberId))
        {
            group.Remove(join.MemberId);
            result = Answer(completion, "", ErrorCode.GroupMaxSizeReached);
        }
        else
        {
            result = join.MemberId.Length == 0
                ? JoinNew(request, join, group, completion)
                : JoinExisting(request, join, group, completion);
        }
        if (isNew && result.IsEmpty)
        {
            // What was promised to the first member must be known to the next coordinator.
            records.Add(GroupMetadata.OfNew(group));
            return new GroupResult(records, error => UndoIfNotWritten(group, completion, error));
        }
        return records.Count == 0 ? result : result with { Records = [.. records, .. result.Records] };
    }

    private GroupResult JoinNew(
        GroupRequestContext request, JoinGroupRequest join, ClassicGroup group, TaskCompletionSource<JoinGroupResponse> completion)
    {
        if (group.State == ClassicGroupState.Dead)
            return Answer(completion, "", ErrorCode.CoordinatorNotAvailable);
        if (!group.SupportsProtocols(join.ProtocolType, join.Protocols))
            return Answer(completion, "", ErrorCode.InconsistentGroupProtocol);
        var memberId = $"{join.GroupInstanceId ?? request.ClientId}-{context.NewGuid()}";
        if (join.GroupInstanceId is { } instanceId)
        {
            return group.StaticMemberId(instanceId) is { } existing
                ? ReplaceStatic(request, join, group, existing, memberId, completion)
                : Add(request, join, group, memberId, completion);
        }
        if (request.ApiVersion < RequiresKnownMemberIdVersion)
            return Add(request, join, group, memberId, completion);
        var timer = context.NewTimer("classic-group-pending-join");
        group.AddPendingJoin(memberId, timer);
        timer.Set(TimeSpan.FromMilliseconds(join.SessionTimeoutMs), () => rebalance.ExpirePendingJoin(group, memberId));
        return Answer(completion, memberId, ErrorCode.MemberIdRequired);
    }

    private GroupResult JoinExisting(
        GroupRequestContext request, JoinGroupRequest join, ClassicGroup group, TaskCompletionSource<JoinGroupResponse> completion)
    {
        var memberId = join.MemberId;
        if (group.State == ClassicGroupState.Dead)
            return Answer(completion, memberId, ErrorCode.CoordinatorNotAvailable);
        if (!group.SupportsProtocols(join.ProtocolType, join.Protocols))
            return Answer(completion, memberId, ErrorCode.InconsistentGroupProtocol);
        if (group.IsPendingJoin(memberId))
        {
            // An id is only handed out to dynamic members: a static one can't come back with it.
            return join.GroupInstanceId is null
                ? Add(request, join, group, memberId, completion)
                : Answer(completion, memberId, ErrorCode.UnknownServerError);
        }
        if (group.ValidateMember(memberId, join.GroupInstanceId) is var error and not ErrorCode.None)
            return Answer(completion, memberId, error);

        var member = group.Find(memberId)!;
        switch (group.State)
        {
            case ClassicGroupState.PreparingRebalance:
                return Update(join, group, member, completion, "is joining");
            case ClassicGroupState.CompletingRebalance when member.Matches(join.Protocols):
                // It did not hear that the join phase has ended, so it is told again.
                completion.TrySetResult(ClassicRebalance.JoinResponse(group, memberId));
                return GroupResult.Empty;
            case ClassicGroupState.CompletingRebalance:
                return Update(join, group, member, completion, "has updated its metadata");
            case ClassicGroupState.Stable when group.IsLeader(memberId):
                // The leader rejoins to have the assignment made anew, also where its own metadata is as before.
                return Update(join, group, member, completion, "as the leader is rejoining");
            case ClassicGroupState.Stable when !member.Matches(join.Protocols):
                return Update(join, group, member, completion, "has updated its metadata");
            case ClassicGroupState.Stable:
                completion.TrySetResult(ClassicRebalance.JoinResponse(group, memberId));
                return GroupResult.Empty;
            default:
                return Answer(completion, memberId, ErrorCode.UnknownMemberId);
        }
    }

    private GroupResult Add(
        GroupRequestContext request, JoinGroupRequest join, ClassicGroup group, string memberId,
        TaskCompletionSource<JoinGroupResponse> completion)
    {
        var member = new ClassicGroupMember(
            memberId, join.GroupInstanceId, request.ClientId, request.ClientHost, join.RebalanceTimeoutMs, join.SessionTimeoutMs,
            join.ProtocolType, join.Protocols) { IsNew = true };
        if (group.State == ClassicGroupState.PreparingRebalance && group.PreviousState == ClassicGroupState.Empty)
            group.NewMemberAdded = true;
        group.Add(member, completion);
        // Clients of old do not time out while they wait: the session of a new member is long enough to let the join end, and no longer.
        rebalance.SetSession(group, member, GroupCoordinatorConfig.NewMemberJoinTimeout);
        return rebalance.MaybePrepareOrCompleteJoin(
            group, $"adding new member {memberId} with group instance id {join.GroupInstanceId}; client reason: {Reason(join)}");
    }

    private GroupResult Update(
        JoinGroupRequest join, ClassicGroup group, ClassicGroupMember member, TaskCompletionSource<JoinGroupResponse> completion,
        string why)
    {
        var reason = $"member {member.MemberId} {why} during {group.StateName}; client reason: {Reason(join)}";
        group.Update(member, join.Protocols, join.RebalanceTimeoutMs, join.SessionTimeoutMs, completion);
        return rebalance.MaybePrepareOrCompleteJoin(group, reason);
    }

    private GroupResult ReplaceStatic(
        GroupRequestContext request, JoinGroupRequest join, ClassicGroup group, string oldMemberId, string newMemberId,
        TaskCompletionSource<JoinGroupResponse> completion)
    {
        var instanceId = join.GroupInstanceId!;
        context.Log.StaticMemberReplaced(instanceId, group.GroupId, newMemberId, oldMemberId);
        var oldLeader = group.LeaderId;
        var member = group.ReplaceStaticMember(instanceId, oldMemberId, newMemberId);
        rebalance.ResetSession(group, member);
        var before = (member.Protocols, member.RebalanceTimeoutMs, member.SessionTimeoutMs);
        group.Update(member, join.Protocols, join.RebalanceTimeoutMs, join.SessionTimeoutMs, completion);
        switch (group.State)
        {
            case ClassicGroupState.Stable when group.SelectProtocol() == (group.ProtocolName ?? ""):
                // Nothing changes for the others: only the new member id must be kept (KIP-345).
                var assignments = group.Members.ToDictionary(m => m.MemberId, m => m.Assignment, StringComparer.Ordinal);
                return new GroupResult([GroupMetadata.Of(group, assignments)], error =>
                {
                    if (error == ErrorCode.None)
                    {
                        AnswerReplaced(request, group, member, oldLeader, completion);
                        return;
                    }
                    context.Log.GroupNotWritten(group.GroupId, CoordinatorErrors.OfWrite(error));
                    if (group.Find(newMemberId) == member)
                    {
                        group.Update(member, before.Protocols, before.RebalanceTimeoutMs, before.SessionTimeoutMs, null);
                        rebalance.ResetSession(group, group.ReplaceStaticMember(instanceId, newMemberId, oldMemberId));
                    }
                    completion.TrySetResult(new JoinGroupResponse
                    {
                        ErrorCode = CoordinatorErrors.OfWrite(error),
                        GenerationId = group.GenerationId,
                        ProtocolType = group.ProtocolType,
                        ProtocolName = group.ProtocolName,
                        Leader = oldLeader ?? "",
                    });
                });
            case ClassicGroupState.Stable:
                return rebalance.MaybePrepareOrCompleteJoin(
                    group,
                    $"the selected protocol changes because static member {newMemberId} with group instance id {instanceId} joins; "
                    + $"client reason: {Reason(join)}");
            case ClassicGroupState.CompletingRebalance:
                // Someone may wait for the assignment of the old id already, so all begin anew.
                return rebalance.Prepare(
                    group,
                    $"updating metadata for static member {newMemberId} with group instance id {instanceId}; "
                    + $"client reason: {Reason(join)}");
            default:
                return rebalance.MaybeCompleteJoin(group);
        }
    }

    /// <summary>
    /// The static member goes on with its assignment; since version 9 a leader is told so instead of being hidden that it leads.
    /// </summary>
    private static void AnswerReplaced(
        GroupRequestContext request, ClassicGroup group, ClassicGroupMember member, string? oldLeader,
        TaskCompletionSource<JoinGroupResponse> completion)
    {
        if (member.AwaitingJoin != completion)
            return;
        var skips = request.ApiVersion >= SkipsAssignmentVersion;
        var leads = skips && group.IsLeader(member.MemberId);
        if (leads && group.State is ClassicGroupState.PreparingRebalance or ClassicGroupState.Dead)
            return;
        group.CompleteJoin(member, new JoinGroupResponse
        {
            MemberId = member.MemberId,
            GenerationId = group.GenerationId,
            ProtocolType = group.ProtocolType,
            ProtocolName = group.ProtocolName,
            Leader = (skips ? group.LeaderId : oldLeader) ?? "",
            SkipAssignment = leads,
            Members = leads ? ClassicRebalance.MemberList(group) : [],
        });
    }

    private bool HasRoomFor(ClassicGroup group, string memberId) => group.State switch
    {
        ClassicGroupState.PreparingRebalance =>
            group.Find(memberId)?.AwaitingJoin is not null || group.AwaitingJoinCount < context.Config.MaxSize,
        ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable =>
            group.Find(memberId) is not null || group.Members.Count < context.Config.MaxSize,
        _ => true,
    };

    private void UndoIfNotWritten(ClassicGroup group, TaskCompletionSource<JoinGroupResponse> completion, ErrorCode error)
    {
        if (error == ErrorCode.None)
            return;
        var answer = CoordinatorErrors.OfWrite(error);
        context.Log.GroupNotWritten(group.GroupId, answer);
        Answer(completion, "", answer);
        // Nobody was promised a group: its only member would hold up whoever comes next until its session ends.
        if (groups.Find(group.GroupId) == group && group.Members.Count + group.PendingJoinCount <= 1 && !groups.Offsets.HasAny(group.GroupId))
            groups.Remove(group.GroupId);
    }

    private static GroupResult Answer(TaskCompletionSource<JoinGroupResponse> completion, string memberId, ErrorCode error)
    {
        completion.TrySetResult(new JoinGroupResponse { MemberId = memberId, ErrorCode = error, ProtocolName = null });
        return GroupResult.Empty;
    }

    private static string Reason(JoinGroupRequest join) => string.IsNullOrEmpty(join.Reason) ? "not provided" : join.Reason;
}
