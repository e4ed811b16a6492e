using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// SyncGroup to a consumer group (Kafka's <c>classicGroupSyncToConsumerGroup</c>): a classic member fetches the partitions it has now. Used
/// on the shard's event loop.
/// </summary>
internal sealed class ClassicMemberSync(ConsumerContext context, ConsumerTimers timers)
{
    public CommandResult<GroupRecord> Sync(ConsumerGroup group, SyncGroupRequest request, DelayedResponse<SyncGroupResponse> response)
    {
        var error = ClassicMembership.Find(group, request.MemberId, request.GroupInstanceId, request.GenerationId, out var member);
        if (error == ErrorCode.None && Differs(request, member))
            error = ErrorCode.InconsistentGroupProtocol;
        if (error == ErrorCode.None && ClassicMembership.MustRejoin(group, member))
        {
            timers.SetJoin(group.GroupId, member);
            error = ErrorCode.RebalanceInProgress;
        }
        if (error != ErrorCode.None)
        {
            response.TryComplete(new SyncGroupResponse { ErrorCode = error });
            return CommandResult.Empty<GroupRecord>();
        }
        // The join that gave the member these partitions may not be committed yet.
        return new([], notWritten =>
        {
            if (notWritten != ErrorCode.None)
                return;
            timers.CancelSync(group.GroupId, member.MemberId);
            timers.SetSession(group.GroupId, member);
            response.TryComplete(new SyncGroupResponse
            {
                ProtocolType = request.ProtocolType,
                ProtocolName = request.ProtocolName,
                Assignment = EmbeddedProtocol.WriteAssignment(
                    member.Assigned.InOrder().Select(topic => new TopicPartitions(topic.TopicId, OwnedPartitions.InOrder(topic))),
                    context.Image, member.Classic!.SupportedProtocols[0].Metadata),
            });
        });
    }

    private static bool Differs(SyncGroupRequest request, ConsumerGroupMember member) =>
        (request.ProtocolType is { } type && type != ClassicGroup.ConsumerProtocolType)
        || (request.ProtocolName is { } name && name != member.Classic!.SupportedProtocols[0].Name);
}
