using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>Heartbeat: extends the session of a member; the response says whether it must join again. Used on the shard's loop.</summary>
internal sealed class ClassicHeartbeat(ClassicGroups groups, ClassicRebalance rebalance)
{
    public ErrorCode Heartbeat(HeartbeatRequest request)
    {
        if (groups.Find(request.GroupId) is not { } group)
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
