using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>Heartbeat: a member says it lives and hears whether it must rejoin. Used on the shard's event loop.</summary>
sealed class ClassicHeartbeat(GroupTable groups, ClassicRebalance rebalance)
{
    public ErrorCode Beat(HeartbeatRequest request)
    {
        if (groups.FindClassic(request.GroupId) is not { } group)
            return ErrorCode.UnknownMemberId;
        if (group.State == ClassicGroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        if (group.ValidateMember(request.MemberId, request.GroupInstanceId) is var error and not ErrorCode.None)
            return error;
        if (request.GenerationId != group.GenerationId)
            return ErrorCode.IllegalGeneration;
        if (group.State == ClassicGroupState.Empty)
            return ErrorCode.UnknownMemberId;
        rebalance.ResetSession(group, group.Find(request.MemberId)!);
        return group.State == ClassicGroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }
}
