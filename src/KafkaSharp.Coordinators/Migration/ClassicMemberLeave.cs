using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// LeaveGroup to a consumer group (Kafka's <c>classicGroupLeaveToConsumerGroup</c>): it removes members of either protocol, all in one
/// write. Used on the shard's event loop.
/// </summary>
internal sealed class ClassicMemberLeave(ConsumerContext context, ConsumerLeave leave)
{
    /// <summary>Adds a response for each of the members.</summary>
    public CommandResult<GroupRecord> Leave(
        ConsumerGroup group, IReadOnlyList<LeaveGroupRequest.MemberIdentity> leaving, List<LeaveGroupResponse.MemberResponse> responses)
    {
        var members = new Dictionary<string, ConsumerGroupMember>(StringComparer.Ordinal);
        foreach (var identity in leaving)
        {
            var error = Find(group, identity, out var member);
            responses.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = identity.MemberId,
                GroupInstanceId = identity.GroupInstanceId,
                ErrorCode = error,
            });
            if (error == ErrorCode.None && members.TryAdd(member.MemberId, member))
                context.Log.ClassicMemberLeft(member.MemberId, group.GroupId, identity.Reason ?? "not provided");
        }
        return leave.Remove(group, members.Values);
    }

    /// <summary>An administrator names the instance id, not the member id.</summary>
    private static ErrorCode Find(ConsumerGroup group, LeaveGroupRequest.MemberIdentity identity, out ConsumerGroupMember member)
    {
        var memberId = identity is { MemberId: "", GroupInstanceId: { } instanceId }
            ? group.StaticMemberId(instanceId) ?? ""
            : identity.MemberId;
        return ClassicMembership.Find(group, memberId, identity.GroupInstanceId, out member);
    }
}
