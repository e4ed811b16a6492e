using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// LeaveGroup: members leave, or an administrator removes them by instance id (KIP-345); several in one request since version 3. Used on
/// the shard's event loop.
/// </summary>
internal sealed class ClassicLeave(ClassicContext context, ClassicGroups groups, ClassicRebalance rebalance)
{
    /// <summary>Removes each of the members and adds a response for each; the error is that of the whole request.</summary>
    public CommandResult<GroupRecord> Leave(
        string groupId, IReadOnlyList<LeaveGroupRequest.MemberIdentity> leaving, List<LeaveGroupResponse.MemberResponse> responses,
        out ErrorCode error)
    {
        var group = groups.Find(groupId);
        error = group?.State == ClassicGroupState.Dead ? ErrorCode.CoordinatorNotAvailable : ErrorCode.None;
        if (error != ErrorCode.None)
            return CommandResult.Empty<GroupRecord>();
        var left = new List<string>();
        foreach (var member in leaving)
        {
            var result = group is null ? ErrorCode.UnknownMemberId : Remove(group, member);
            if (result == ErrorCode.None)
                left.Add(member.MemberId.Length > 0 ? member.MemberId : member.GroupInstanceId!);
            responses.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ErrorCode = result,
            });
        }
        if (left.Count == 0)
            return CommandResult.Empty<GroupRecord>();
        return group!.State switch
        {
            ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance => rebalance.MaybePrepareOrCompleteJoin(
                group, $"explicit `LeaveGroup` request for ({string.Join(", ", left)}) members"),
            ClassicGroupState.PreparingRebalance => rebalance.MaybeCompleteJoin(group),
            _ => CommandResult.Empty<GroupRecord>(),
        };
    }

    private ErrorCode Remove(ClassicGroup group, LeaveGroupRequest.MemberIdentity leaving)
    {
        string memberId;
        if (leaving.MemberId.Length == 0)
        {
            // An administrator names the instance id, not the member id.
            if (leaving.GroupInstanceId is null || group.StaticMemberId(leaving.GroupInstanceId) is not { } known)
                return ErrorCode.UnknownMemberId;
            memberId = known;
        }
        else
        {
            memberId = leaving.MemberId;
            if (!group.IsPendingJoin(memberId)
                && group.ValidateMember(memberId, leaving.GroupInstanceId) is var error and not ErrorCode.None)
                return error;
        }
        context.Log.MemberLeft(memberId, group.GroupId, leaving.Reason ?? "not provided");
        group.Remove(memberId);
        return ErrorCode.None;
    }
}
