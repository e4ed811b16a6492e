using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// How a rebalance of a classic group begins, waits and ends. Until the leader's assignment is written nothing of it is in the log: after a
/// failover members join again. Used on the shard's event loop.
/// </summary>
sealed class ClassicRebalance(ShardContext context)
{
    private TimeSpan InitialDelay => TimeSpan.FromMilliseconds(context.Config.InitialRebalanceDelayMs);

    public GroupResult MaybePrepareOrCompleteJoin(ClassicGroup group, string reason) =>
        group.CanRebalance ? Prepare(group, reason) : MaybeCompleteJoin(group);

    /// <summary>Asks all members to join again: their heartbeats are told of it from now on.</summary>
    public GroupResult Prepare(ClassicGroup group, string reason)
    {
        if (group.State == ClassicGroupState.CompletingRebalance)
            ResetAndPropagateAssignment(group, ErrorCode.RebalanceInProgress);
        group.SyncTimer.Cancel();
        var isInitial = group.State == ClassicGroupState.Empty;
        if (isInitial)
        {
            // The first rebalance of an empty group waits for more members to come (group.initial.rebalance.delay.ms).
            var delay = InitialDelay;
            var remaining = Max(group.RebalanceTimeout - delay, TimeSpan.Zero);
            group.JoinTimer.Set(delay, () => ExtendInitialDelayOrComplete(group, delay, remaining));
        }
        context.Log.PreparingRebalance(group.GroupId, group.State, group.GenerationId, reason);
        group.TransitionTo(ClassicGroupState.PreparingRebalance);
        if (isInitial)
            return GroupResult.Empty;
        if (group.HasAllMembersJoined)
            return CompleteJoin(group);
        group.JoinTimer.Set(group.RebalanceTimeout, () => CompleteJoin(group));
        return GroupResult.Empty;
    }

    /// <summary>Completes the join phase if nobody is missing any more.</summary>
    public GroupResult MaybeCompleteJoin(ClassicGroup group) =>
        group.State == ClassicGroupState.PreparingRebalance
        && group.PreviousState != ClassicGroupState.Empty
        && group.HasAllMembersJoined
            ? CompleteJoin(group)
            : GroupResult.Empty;

    /// <summary>
    /// Ends the join phase: who did not come is removed (static members stay), everybody else is told the new generation.
    /// </summary>
    public GroupResult CompleteJoin(ClassicGroup group)
    {
        group.JoinTimer.Cancel();
        foreach (var member in group.Members.Where(m => m.AwaitingJoin is null && !m.IsStatic).ToList())
        {
            context.Log.MemberDidNotRejoin(member.MemberId, group.GroupId);
            group.Remove(member.MemberId);
        }
        if (group.State == ClassicGroupState.Dead)
            return GroupResult.Empty;
        if (!group.MaybeElectNewJoinedLeader() && group.Members.Count > 0)
        {
            // Only static members are left and none of them came: they have until their session ends.
            group.JoinTimer.Set(group.RebalanceTimeout, () => CompleteJoin(group));
            return GroupResult.Empty;
        }
        group.InitNextGeneration();
        if (group.State == ClassicGroupState.Empty)
        {
            context.Log.GroupIsEmpty(group.GroupId, group.GenerationId);
            return new GroupResult([GroupMetadata.Of(group, new Dictionary<string, byte[]>())], error =>
            {
                if (error != ErrorCode.None)
                    context.Log.GroupNotWritten(group.GroupId, CoordinatorErrors.OfWrite(error));
            });
        }
        context.Log.Stabilized(group.GroupId, group.GenerationId, group.Members.Count);
        foreach (var member in group.Members)
        {
            group.CompleteJoin(member, JoinResponse(group, member.MemberId));
            ResetSession(group, member);
            member.IsNew = false;
            group.AddPendingSync(member.MemberId);
        }
        group.SyncTimer.Set(group.RebalanceTimeout, () => ExpirePendingSyncs(group));
        return GroupResult.Empty;
    }

    /// <summary>What a member of the current generation is told; the leader is given everybody's subscription.</summary>
    public static JoinGroupResponse JoinResponse(ClassicGroup group, string memberId) => new()
    {
        MemberId = memberId,
        GenerationId = group.GenerationId,
        ProtocolType = group.ProtocolType,
        ProtocolName = group.ProtocolName,
        Leader = group.LeaderId ?? "",
        Members = group.IsLeader(memberId) ? MemberList(group) : [],
    };

    public static List<JoinGroupResponse.JoinGroupResponseMember> MemberList(ClassicGroup group)
    {
        var members = new List<JoinGroupResponse.JoinGroupResponseMember>(group.Members.Count);
        foreach (var member in group.MembersInOrder)
        {
            members.Add(new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                Metadata = member.Metadata(group.ProtocolName ?? ""),
            });
        }
        return members;
    }

    /// <summary>Gives every member its assignment and answers those who wait for it.</summary>
    public void SetAndPropagateAssignment(ClassicGroup group, IReadOnlyDictionary<string, byte[]> assignments)
    {
        foreach (var member in group.Members)
            member.Assignment = assignments.TryGetValue(member.MemberId, out var assignment) ? assignment : [];
        PropagateAssignment(group, ErrorCode.None);
    }

    /// <summary>Takes every assignment away and answers those who wait for one with an error.</summary>
    public void ResetAndPropagateAssignment(ClassicGroup group, ErrorCode error)
    {
        foreach (var member in group.Members)
            member.Assignment = [];
        PropagateAssignment(group, error);
    }

    /// <summary>A sign of life: the session begins anew.</summary>
    public void ResetSession(ClassicGroup group, ClassicGroupMember member) =>
        SetSession(group, member, TimeSpan.FromMilliseconds(member.SessionTimeoutMs));

    public void SetSession(ClassicGroup group, ClassicGroupMember member, TimeSpan timeout)
    {
        member.Session ??= context.NewTimer("classic-group-heartbeat");
        member.Session.Set(timeout, member.SessionExpired ??= () => ExpireSession(group, member));
    }

    /// <summary>A member whose id was handed out did not come back with it.</summary>
    public GroupResult ExpirePendingJoin(ClassicGroup group, string memberId)
    {
        context.Log.PendingMemberExpired(memberId, group.GroupId);
        group.Remove(memberId);
        return group.State == ClassicGroupState.PreparingRebalance && group.HasAllMembersJoined ? CompleteJoin(group) : GroupResult.Empty;
    }

    private GroupResult ExpireSession(ClassicGroup group, ClassicGroupMember member)
    {
        if (group.State == ClassicGroupState.Dead || group.Find(member.MemberId) != member || member.HasSatisfiedHeartbeat)
            return GroupResult.Empty;
        context.Log.SessionExpired(member.MemberId, group.GroupId);
        group.Remove(member.MemberId);
        return group.State switch
        {
            ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance =>
                MaybePrepareOrCompleteJoin(group, $"removing member {member.MemberId} on heartbeat expiration"),
            ClassicGroupState.PreparingRebalance when group.HasAllMembersJoined => CompleteJoin(group),
            _ => GroupResult.Empty,
        };
    }

    private GroupResult ExtendInitialDelayOrComplete(ClassicGroup group, TimeSpan delay, TimeSpan remaining)
    {
        if (!group.NewMemberAdded || remaining == TimeSpan.Zero)
            return CompleteJoin(group);
        group.NewMemberAdded = false;
        var next = Min(InitialDelay, remaining);
        var left = Max(remaining - delay, TimeSpan.Zero);
        group.JoinTimer.Set(next, () => ExtendInitialDelayOrComplete(group, next, left));
        return GroupResult.Empty;
    }

    private GroupResult ExpirePendingSyncs(ClassicGroup group)
    {
        if (group.State is not (ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable) || group.HasReceivedAllSyncs)
            return GroupResult.Empty;
        var missing = group.PendingSyncs.ToList();
        foreach (var memberId in missing)
            group.Remove(memberId);
        return Prepare(group, $"removing {string.Join(", ", missing)} on pending sync request expiration");
    }

    private void PropagateAssignment(ClassicGroup group, ErrorCode error)
    {
        var ok = error == ErrorCode.None;
        foreach (var member in group.Members)
        {
            var answered = ClassicGroup.CompleteSync(member, new SyncGroupResponse
            {
                ErrorCode = error,
                ProtocolType = ok ? group.ProtocolType : null,
                ProtocolName = ok ? group.ProtocolName : null,
                Assignment = member.Assignment,
            });
            if (answered)
                ResetSession(group, member);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
