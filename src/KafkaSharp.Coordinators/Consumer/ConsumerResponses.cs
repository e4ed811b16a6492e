using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>Makes the responses to heartbeats of consumer groups. Stateless.</summary>
internal static class ConsumerResponses
{
    public static CommandResult<GroupRecord, ConsumerGroupHeartbeatResponse> Refuse(HeartbeatError error) =>
        new([], new ConsumerGroupHeartbeatResponse { ErrorCode = error.ErrorCode, ErrorMessage = error.Message });

    public static ConsumerGroupHeartbeatResponse.AssignmentData Assignment(OwnedPartitions assigned) => new()
    {
        TopicPartitions =
        [
            .. assigned.InOrder().Select(topic => new ConsumerGroupHeartbeatResponse.TopicPartitions
            {
                TopicId = topic.TopicId,
                Partitions = [.. OwnedPartitions.InOrder(topic)],
            }),
        ],
    };
}
