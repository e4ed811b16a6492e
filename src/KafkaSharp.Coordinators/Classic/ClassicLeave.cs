using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// LeaveGroup: members go, or an administrator removes them by instance id (KIP-345); several at once since version 3. Used on the shard's
/// event loop.
/// </summary>
sealed class ClassicLeave(ShardContext context, GroupTable groups, ClassicRebalance rebalance)
{
    /// <summary>Removes each of the members and gives an answer for each; an error of the whole request is the second part.</summary>
    public GroupResult Leave(
        string groupId, IReadOnlyList<LeaveGroupRequest.MemberIdentity> leaving, List<LeaveGroupResponse.MemberResponse> answers,
        out ErrorCode error)
    {
        var group = groups.FindClassic(groupId);
        error = group?.State == ClassicGroupState.Dead ? ErrorCode.CoordinatorNotAvailable : ErrorCode.None;
        if (error != ErrorCode.None)
            return GroupResult.Empty;
        var left = new List<string>();
        foreach (var member in leaving)
        {
            var answer = group is null ? ErrorCode.UnknownMemberId : Remove(group, member);
            if (answer == ErrorCode.None)
                left.Add(member.MemberId.Length > 0 ? member.MemberId : member.GroupInstanceId!);
            answers.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ErrorCode = answer,
            });
        }
        if (left.Count == 0)
            return GroupResult.Empty;
        return group!.State switch
        {
            ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance => rebalance.MaybePrepareOrCompleteJoin(
                group, $"explicit `LeaveGroup` request for ({string.Join(", ", left)}) members"),
            ClassicGroupState.PreparingRebalance => rebalance.MaybeCompleteJoin(group),
            _ => GroupResult.Empty,
        };
    }

    private ErrorCode Remove(ClassicGroup group, LeaveGroupRequest.MemberIdentity leaving)
    {
        string memberId;
        if (leaving.MemberId.Length == 0)
        {
            // The administrator knows the instance, not the member id.
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
