using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// Heartbeat to a consumer group (Kafka's <c>classicGroupHeartbeatToConsumerGroup</c>): the response makes a classic member join again
/// when there is a new target, when it has partitions to give up, or when partitions it waits for are free. Used on the shard's event loop.
/// </summary>
internal sealed class ClassicMemberHeartbeat(ConsumerTimers timers)
{
    public ErrorCode Heartbeat(ConsumerGroup group, HeartbeatRequest request)
    {
        var error = ClassicMembership.Find(group, request.MemberId, request.GroupInstanceId, request.GenerationId, out var member);
        if (error != ErrorCode.None)
            return error;
        timers.SetSession(group.GroupId, member);
        var mustRejoin = member.MemberEpoch < group.TargetEpoch
            || member.State == MemberState.UnrevokedPartitions
            || (member.State == MemberState.UnreleasedPartitions && !WaitsForOthers(group, member));
        if (!mustRejoin)
            return ErrorCode.None;
        timers.SetJoin(group.GroupId, member);
        return ErrorCode.RebalanceInProgress;
    }

    private static bool WaitsForOthers(ConsumerGroup group, ConsumerGroupMember member) => group.TargetOf(member.MemberId).Topics.Any(
        topic => topic.Partitions.Any(partition =>
            !member.Assigned.Contains(topic.TopicId, partition) && group.IsOwned(topic.TopicId, partition)));
}
