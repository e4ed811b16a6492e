using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// SyncGroup: the leader sends the assignment, every member fetches its part. The assignment is written before members receive it. Used
/// on the shard's event loop.
/// </summary>
internal sealed class ClassicSync(ClassicGroups groups, ClassicRebalance rebalance)
{
    public CommandResult<GroupRecord> Sync(SyncGroupRequest request, DelayedResponse<SyncGroupResponse> response)
    {
        if (groups.Find(request.GroupId) is not { IsEmpty: false } group)
            return Refuse(response, ErrorCode.UnknownMemberId);
        if (Validate(group, request) is var error and not ErrorCode.None)
            return Refuse(response, error);
        var member = group.Find(request.MemberId)!;
        switch (group.State)
        {
            case ClassicGroupState.PreparingRebalance:
                return Refuse(response, ErrorCode.RebalanceInProgress);
            case ClassicGroupState.CompletingRebalance:
                ClassicGroup.AwaitSync(member, response);
                RemovePendingSync(group, request.MemberId);
                if (group.IsLeader(request.MemberId))
                    return WriteAssignment(group, request);
                // They are not used, and the leader decides how long the request waits.
                request.Assignments = [];
                return CommandResult.Empty<GroupRecord>();
            case ClassicGroupState.Stable:
                RemovePendingSync(group, request.MemberId);
                response.TryComplete(new SyncGroupResponse
                {
                    ProtocolType = group.ProtocolType,
                    ProtocolName = group.ProtocolName,
                    Assignment = member.Assignment,
                });
                return CommandResult.Empty<GroupRecord>();
            default:
                return Refuse(response, ErrorCode.UnknownMemberId);
        }
    }

    private static ErrorCode Validate(ClassicGroup group, SyncGroupRequest request)
    {
        if (group.State == ClassicGroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        if (group.ValidateMember(request.MemberId, request.GroupInstanceId) is var error and not ErrorCode.None)
            return error;
        if (request.GenerationId != group.GenerationId)
            return ErrorCode.IllegalGeneration;
        return Differs(request.ProtocolType, group.ProtocolType) || Differs(request.ProtocolName, group.ProtocolName)
            ? ErrorCode.InconsistentGroupProtocol
            : ErrorCode.None;
    }

    private static bool Differs(string? requested, string? actual) => requested is not null && actual is not null && requested != actual;

    private static void RemovePendingSync(ClassicGroup group, string memberId)
    {
        group.RemovePendingSync(memberId);
        if (group.HasReceivedAllSyncs)
            group.SyncTimer.Cancel();
    }

    private CommandResult<GroupRecord> WriteAssignment(ClassicGroup group, SyncGroupRequest request)
    {
        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var assignment in request.Assignments)
            assignments[assignment.MemberId] = assignment.Assignment;
        foreach (var member in group.Members)
            assignments.TryAdd(member.MemberId, []);
        var generation = group.GenerationId;
        return new CommandResult<GroupRecord>([GroupMetadata.Of(group, assignments)], error =>
        {
            // Another rebalance may have started while the record was written.
            if (group.State != ClassicGroupState.CompletingRebalance || group.GenerationId != generation)
                return;
            if (error == ErrorCode.None)
            {
                rebalance.SetAndPropagateAssignment(group, assignments);
                group.TransitionTo(ClassicGroupState.Stable);
                return;
            }
            var cause = CoordinatorErrors.OfWrite(error);
            rebalance.ResetAndPropagateAssignment(group, cause);
            rebalance.MaybePrepareOrCompleteJoin(group, $"error {cause} when storing group assignment during SyncGroup");
        });
    }

    private static CommandResult<GroupRecord> Refuse(DelayedResponse<SyncGroupResponse> response, ErrorCode error)
    {
        response.TryComplete(new SyncGroupResponse { ErrorCode = error });
        return CommandResult.Empty<GroupRecord>();
    }
}
