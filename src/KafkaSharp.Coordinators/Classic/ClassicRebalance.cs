using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// How a rebalance of a classic group begins, waits and ends. Nothing of it is in the log until the leader's assignment is written: after a
/// failover members join again. Used on the shard's event loop.
/// </summary>
internal sealed class ClassicRebalance(ClassicContext context)
{
    private TimeSpan InitialDelay => TimeSpan.FromMilliseconds(context.Config.InitialRebalanceDelayMs);

    public CommandResult<GroupRecord> MaybePrepareOrCompleteJoin(ClassicGroup group, string reason) =>
        group.CanRebalance ? Prepare(group, reason) : MaybeCompleteJoin(group);

    /// <summary>Begins a rebalance: from now on the responses to heartbeats say that the members must join again.</summary>
    public CommandResult<GroupRecord> Prepare(ClassicGroup group, string reason)
    {
        // A command that ends now began when the group was still there.
        if (group.HasLeftShard)
            return CommandResult.Empty<GroupRecord>();
        if (group.State == ClassicGroupState.CompletingRebalance)
            ResetAndPropagateAssignment(group, ErrorCode.RebalanceInProgress);
        group.SyncTimer.Cancel();
        var isInitial = group.State == ClassicGroupState.Empty;
        if (isInitial)
        {
            // The first rebalance of an empty group waits for more members (group.initial.rebalance.delay.ms).
            var delay = InitialDelay;
            var remaining = Max(group.RebalanceTimeout - delay, TimeSpan.Zero);
            group.JoinTimer.Set(delay, () => ExtendInitialDelayOrComplete(group, delay, remaining));
        }
        context.Log.PreparingRebalance(group.GroupId, group.State, group.GenerationId, reason);
        group.TransitionTo(ClassicGroupState.PreparingRebalance);
        if (isInitial)
            return CommandResult.Empty<GroupRecord>();
        if (group.HasAllMembersJoined)
            return CompleteJoin(group);
        group.JoinTimer.Set(group.RebalanceTimeout, () => CompleteJoin(group));
        return CommandResult.Empty<GroupRecord>();
    }

    /// <summary>Completes the join phase if all members have joined.</summary>
    public CommandResult<GroupRecord> MaybeCompleteJoin(ClassicGroup group) =>
        group.State == ClassicGroupState.PreparingRebalance
        && group.PreviousState != ClassicGroupState.Empty
        && group.HasAllMembersJoined
            ? CompleteJoin(group)
            : CommandResult.Empty<GroupRecord>();

    /// <summary>
    /// Ends the join phase: members that did not join are removed, except static ones; the others receive the new generation.
    /// </summary>
    public CommandResult<GroupRecord> CompleteJoin(ClassicGroup group)
    {
        group.JoinTimer.Cancel();
        foreach (var member in group.Members.Where(m => m.AwaitingJoin is null && !m.IsStatic).ToList())
        {
            context.Log.MemberDidNotRejoin(member.MemberId, group.GroupId);
            group.Remove(member.MemberId);
        }
        if (group.State == ClassicGroupState.Dead)
            return CommandResult.Empty<GroupRecord>();
        if (!group.MaybeElectNewJoinedLeader() && group.Members.Count > 0)
        {
            // Only static members remain and none of them has joined: they stay until their session ends.
            group.JoinTimer.Set(group.RebalanceTimeout, () => CompleteJoin(group));
            return CommandResult.Empty<GroupRecord>();
        }
        group.InitNextGeneration();
        if (group.State == ClassicGroupState.Empty)
        {
            context.Log.GroupIsEmpty(group.GroupId, group.GenerationId);
            return new CommandResult<GroupRecord>([GroupMetadata.Of(group, new Dictionary<string, byte[]>())], error =>
            {
                if (error != ErrorCode.None)
                    context.Log.GroupNotWritten(group.GroupId, CoordinatorErrors.OfWrite(error));
            });
        }
        context.Log.Stabilized(group.GroupId, group.GenerationId, group.Members.Count);
        foreach (var member in group.Members)
        {
            group.CompleteJoin(member, JoinResponses.Of(group, member.MemberId));
            ResetSession(group, member);
            member.IsNew = false;
            group.AddPendingSync(member.MemberId);
        }
        group.SyncTimer.Set(group.RebalanceTimeout, () => ExpirePendingSyncs(group));
        return CommandResult.Empty<GroupRecord>();
    }

    /// <summary>Gives every member its assignment and completes the SyncGroup requests that wait.</summary>
    public void SetAndPropagateAssignment(ClassicGroup group, IReadOnlyDictionary<string, byte[]> assignments)
    {
        foreach (var member in group.Members)
            member.Assignment = assignments.TryGetValue(member.MemberId, out var assignment) ? assignment : [];
        PropagateAssignment(group, ErrorCode.None);
    }

    /// <summary>Takes every assignment away and completes the SyncGroup requests that wait with an error.</summary>
    public void ResetAndPropagateAssignment(ClassicGroup group, ErrorCode error)
    {
        foreach (var member in group.Members)
            member.Assignment = [];
        PropagateAssignment(group, error);
    }

    /// <summary>Starts the timers of a group whose removal was not written.</summary>
    public void Restart(ClassicGroup group)
    {
        foreach (var member in group.Members)
            ResetSession(group, member);
        if (group.State == ClassicGroupState.PreparingRebalance)
            group.JoinTimer.Set(group.RebalanceTimeout, () => CompleteJoin(group));
        else if (!group.HasReceivedAllSyncs)
            group.SyncTimer.Set(group.RebalanceTimeout, () => ExpirePendingSyncs(group));
    }

    /// <summary>The member is alive: its session starts again.</summary>
    public void ResetSession(ClassicGroup group, ClassicGroupMember member) =>
        SetSession(group, member, TimeSpan.FromMilliseconds(member.SessionTimeoutMs));

    public void SetSession(ClassicGroup group, ClassicGroupMember member, TimeSpan timeout)
    {
        if (group.HasLeftShard)
            return;
        member.Session ??= context.NewTimer("classic-group-heartbeat");
        member.Session.Set(timeout, member.SessionExpired ??= () => ExpireSession(group, member));
    }

    /// <summary>A client did not join in time with the member id it has received.</summary>
    public CommandResult<GroupRecord> ExpirePendingJoin(ClassicGroup group, string memberId)
    {
        context.Log.PendingMemberExpired(memberId, group.GroupId);
        group.Remove(memberId);
        return group.State == ClassicGroupState.PreparingRebalance && group.HasAllMembersJoined
            ? CompleteJoin(group)
            : CommandResult.Empty<GroupRecord>();
    }

    private CommandResult<GroupRecord> ExpireSession(ClassicGroup group, ClassicGroupMember member)
    {
        if (group.State == ClassicGroupState.Dead || group.Find(member.MemberId) != member || member.HasSatisfiedHeartbeat)
            return CommandResult.Empty<GroupRecord>();
        context.Log.SessionExpired(member.MemberId, group.GroupId);
        group.Remove(member.MemberId);
        return group.State switch
        {
            ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance =>
                MaybePrepareOrCompleteJoin(group, $"removing member {member.MemberId} on heartbeat expiration"),
            ClassicGroupState.PreparingRebalance when group.HasAllMembersJoined => CompleteJoin(group),
            _ => CommandResult.Empty<GroupRecord>(),
        };
    }

    private CommandResult<GroupRecord> ExtendInitialDelayOrComplete(ClassicGroup group, TimeSpan delay, TimeSpan remaining)
    {
        if (!group.NewMemberAdded || remaining == TimeSpan.Zero)
            return CompleteJoin(group);
        group.NewMemberAdded = false;
        var next = Min(InitialDelay, remaining);
        var left = Max(remaining - delay, TimeSpan.Zero);
        group.JoinTimer.Set(next, () => ExtendInitialDelayOrComplete(group, next, left));
        return CommandResult.Empty<GroupRecord>();
    }

    private CommandResult<GroupRecord> ExpirePendingSyncs(ClassicGroup group)
    {
        if (group.State is not (ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable) || group.HasReceivedAllSyncs)
            return CommandResult.Empty<GroupRecord>();
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
            var waited = ClassicGroup.CompleteSync(member, new SyncGroupResponse
            {
                ErrorCode = error,
                ProtocolType = ok ? group.ProtocolType : null,
                ProtocolName = ok ? group.ProtocolName : null,
                Assignment = member.Assignment,
            });
            if (waited)
                ResetSession(group, member);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
