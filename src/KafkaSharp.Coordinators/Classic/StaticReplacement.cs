using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// A static member that joins under a new member id, in place of its old one (KIP-345). In a stable group whose protocol stays the same
/// nothing changes for the others: only the new member id is written, and the old one comes back when that fails. Used on the shard's event
/// loop.
/// </summary>
internal sealed class StaticReplacement(
    ClassicContext context, ClassicRebalance rebalance, JoinAttempt join, ClassicGroup group, string newMemberId)
{
    /// <summary>From this version on the response may say that the leader must not make the assignment again (KIP-814).</summary>
    private const short SkipAssignmentVersion = 9;

    private readonly string _instanceId = join.Request.GroupInstanceId!;
    private readonly string _oldMemberId = group.StaticMemberId(join.Request.GroupInstanceId!)!;
    private readonly string? _oldLeader = group.LeaderId;

    public CommandResult<GroupRecord> Replace()
    {
        context.Log.StaticMemberReplaced(_instanceId, group.GroupId, newMemberId, _oldMemberId);
        var member = group.ReplaceStaticMember(_instanceId, _oldMemberId, newMemberId);
        rebalance.ResetSession(group, member);
        var before = (member.Protocols, member.RebalanceTimeoutMs, member.SessionTimeoutMs);
        group.Update(member, join.Request.Protocols, join.Request.RebalanceTimeoutMs, join.Request.SessionTimeoutMs, join.Response);
        switch (group.State)
        {
            case ClassicGroupState.Stable when group.SelectProtocol() == (group.ProtocolName ?? ""):
                var assignments = group.Members.ToDictionary(m => m.MemberId, m => m.Assignment, StringComparer.Ordinal);
                return new([GroupMetadata.Of(group, assignments)], error =>
                {
                    if (error == ErrorCode.None)
                        Respond(member);
                    else
                    {
                        Restore(
                            member, before.Protocols, before.RebalanceTimeoutMs, before.SessionTimeoutMs, CoordinatorErrors.OfWrite(error));
                    }
                });
            case ClassicGroupState.Stable:
                return rebalance.MaybePrepareOrCompleteJoin(
                    group,
                    $"the selected protocol changes because static member {newMemberId} with group instance id {_instanceId} joins; "
                    + $"client reason: {join.Reason}");
            case ClassicGroupState.CompletingRebalance:
                // A SyncGroup under the old id may wait for the assignment already, so all members join again.
                return rebalance.Prepare(
                    group,
                    $"updating metadata for static member {newMemberId} with group instance id {_instanceId}; "
                    + $"client reason: {join.Reason}");
            default:
                return rebalance.MaybeCompleteJoin(group);
        }
    }

    /// <summary>The member continues with its assignment. Before version 9 a leader must not learn that it leads.</summary>
    private void Respond(ClassicGroupMember member)
    {
        if (member.AwaitingJoin != join.Response)
            return;
        var skips = join.Context.ApiVersion >= SkipAssignmentVersion;
        var leads = skips && group.IsLeader(member.MemberId);
        if (leads && group.State is ClassicGroupState.PreparingRebalance or ClassicGroupState.Dead)
            return;
        group.CompleteJoin(member, new JoinGroupResponse
        {
            MemberId = member.MemberId,
            GenerationId = group.GenerationId,
            ProtocolType = group.ProtocolType,
            ProtocolName = group.ProtocolName,
            Leader = (skips ? group.LeaderId : _oldLeader) ?? "",
            SkipAssignment = leads,
            Members = leads ? JoinResponses.MemberList(group) : [],
        });
    }

    /// <summary>The new member id was not written: the old one is a member again.</summary>
    private void Restore(
        ClassicGroupMember member, IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> protocols, int rebalanceTimeoutMs,
        int sessionTimeoutMs, ErrorCode error)
    {
        context.Log.GroupNotWritten(group.GroupId, error);
        if (group.Find(newMemberId) == member)
        {
            group.Update(member, protocols, rebalanceTimeoutMs, sessionTimeoutMs, null);
            rebalance.ResetSession(group, group.ReplaceStaticMember(_instanceId, newMemberId, _oldMemberId));
        }
        join.Response.TryComplete(new JoinGroupResponse
        {
            ErrorCode = error,
            GenerationId = group.GenerationId,
            ProtocolType = group.ProtocolType,
            ProtocolName = group.ProtocolName,
            Leader = _oldLeader ?? "",
        });
    }
}
