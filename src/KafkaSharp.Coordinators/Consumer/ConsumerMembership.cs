using KafkaSharp.Protocol;
using Request = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// Whether a member may send a heartbeat to its group: ids, epochs and instance ids, with the errors of Kafka's broker. Stateless.
/// </summary>
internal static class ConsumerMembership
{
    public static HeartbeatError NoGroup(bool existsOtherwise, string groupId) => new(
        ErrorCode.GroupIdNotFound,
        existsOtherwise ? $"Group {groupId} is not a consumer group."
            : $"Group {groupId} not found.");

    /// <summary>Whether the group may take the member of a request in.</summary>
    public static HeartbeatError? CheckSize(ConsumerGroup group, string memberId, int maxSize) =>
        group.Members.Count >= maxSize && group.Find(memberId) is null
            ? new(ErrorCode.GroupMaxSizeReached, $"The consumer group has reached its maximum capacity of {maxSize} members.")
            : null;

    /// <summary>A member that was there, or that may be new because it joins.</summary>
    public static HeartbeatError? CheckDynamic(ConsumerGroup group, ConsumerGroupMember? member, Request request) =>
        member is null
            ? request.MemberEpoch == 0 ? null : Unknown(group, request.MemberId)
            : CheckEpoch(member, request);

    /// <summary>A static member that is there already sends a heartbeat.</summary>
    public static HeartbeatError? CheckStatic(ConsumerGroupMember? current, Request request) =>
        CheckInstance(current, request) ?? CheckEpoch(current!, request);

    /// <summary>A static member joins: one that is still there may not be replaced before it has left.</summary>
    public static HeartbeatError? CheckReleased(ConsumerGroupMember? current, Request request) =>
        current is { UsesClassicProtocol: false } and not { MemberEpoch: ConsumerGroupMember.AwayEpoch }
            ? new(
                ErrorCode.UnreleasedInstanceId,
                $"Static member {request.MemberId} with instance id {request.InstanceId} cannot join the group because the instance id is "
                + $"owned by {current.MemberId} member.")
            : null;

    public static HeartbeatError? CheckLeaving(ConsumerGroup group, ConsumerGroupMember? member, Request request) =>
        request.InstanceId is not null ? CheckInstance(member, request)
        : member is null ? Unknown(group, request.MemberId)
        : null;

    private static HeartbeatError Unknown(ConsumerGroup group, string memberId) =>
        new(ErrorCode.UnknownMemberId, $"Member {memberId} is not a member of group {group.GroupId}.");

    private static HeartbeatError? CheckInstance(ConsumerGroupMember? current, Request request) =>
        current is null ? new(ErrorCode.UnknownMemberId, $"Instance id {request.InstanceId} is unknown.")
        : current.MemberId == request.MemberId ? null
        : new(
            ErrorCode.FencedInstanceId,
            $"Static member {request.MemberId} with instance id {request.InstanceId} was fenced by member {current.MemberId}.");

    private static HeartbeatError? CheckEpoch(ConsumerGroupMember member, Request request)
    {
        if (request.MemberEpoch == 0 || request.MemberEpoch == member.MemberEpoch)
            return null;
        // The response with the new epoch may have been lost: then the member has no more than it is assigned.
        if (request.MemberEpoch < member.MemberEpoch
            && request.MemberEpoch == member.PreviousMemberEpoch
            && HasOnlyAssigned(member, request.TopicPartitions))
            return null;
        var order = request.MemberEpoch > member.MemberEpoch ? "greater" : "smaller";
        return new(
            ErrorCode.FencedMemberEpoch,
            $"The consumer group member has a {order} member epoch ({request.MemberEpoch}) than the one known by the group coordinator "
            + $"({member.MemberEpoch}). The member must abandon all its partitions and rejoin.");
    }

    private static bool HasOnlyAssigned(ConsumerGroupMember member, List<Request.TopicPartitionsData>? owned) =>
        owned is not null && owned.TrueForAll(
            topic => topic.Partitions.TrueForAll(partition => member.Assigned.Contains(topic.TopicId, partition))
                && member.Assigned.Of(topic.TopicId).Count > 0);
}
