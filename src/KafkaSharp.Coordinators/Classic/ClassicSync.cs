using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// SyncGroup: the leader gives the assignment, everybody fetches its part of it. The assignment is written before anyone is told it. Used
/// on the shard's event loop.
/// </summary>
sealed class ClassicSync(GroupTable groups, ClassicRebalance rebalance)
{
    public GroupResult Sync(SyncGroupRequest request, TaskCompletionSource<SyncGroupResponse> completion)
    {
        if (groups.FindClassic(request.GroupId) is not { IsEmpty: false } group)
            return Answer(completion, ErrorCode.UnknownMemberId);
        if (Validate(group, request) is var error and not ErrorCode.None)
            return Answer(completion, error);
        var member = group.Find(request.MemberId)!;
        switch (group.State)
        {
            case ClassicGroupState.PreparingRebalance:
                return Answer(completion, ErrorCode.RebalanceInProgress);
            case ClassicGroupState.CompletingRebalance:
                ClassicGroup.AwaitSync(member, completion);
                RemovePendingSync(group, request.MemberId);
                return group.IsLeader(request.MemberId) ? WriteAssignment(group, request) : GroupResult.Empty;
            case ClassicGroupState.Stable:
                RemovePendingSync(group, request.MemberId);
                completion.TrySetResult(new SyncGroupResponse
                {
                    ProtocolType = group.ProtocolType,
                    ProtocolName = group.ProtocolName,
                    Assignment = member.Assignment,
                });
                return GroupResult.Empty;
            default:
                return Answer(completion, ErrorCode.UnknownMemberId);
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

    private static bool Differs(string? asked, string? actual) => asked is not null && actual is not null && asked != actual;

    private static void RemovePendingSync(ClassicGroup group, string memberId)
    {
        group.RemovePendingSync(memberId);
        if (group.HasReceivedAllSyncs)
            group.SyncTimer.Cancel();
    }

    private GroupResult WriteAssignment(ClassicGroup group, SyncGroupRequest request)
    {
        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var assignment in request.Assignments)
            assignments[assignment.MemberId] = assignment.Assignment;
        foreach (var member in group.Members)
            assignments.TryAdd(member.MemberId, []);
        var generation = group.GenerationId;
        return new GroupResult([GroupMetadata.Of(group, assignments)], error =>
        {
            // Another rebalance may have begun while the record was on its way.
            if (group.State != ClassicGroupState.CompletingRebalance || group.GenerationId != generation)
                return;
            if (error == ErrorCode.None)
            {
                rebalance.SetAndPropagateAssignment(group, assignments);
                group.TransitionTo(ClassicGroupState.Stable);
                return;
            }
            var answer = CoordinatorErrors.OfWrite(error);
            rebalance.ResetAndPropagateAssignment(group, answer);
            rebalance.MaybePrepareOrCompleteJoin(group, $"error {answer} when storing group assignment during SyncGroup");
        });
    }

    private static GroupResult Answer(TaskCompletionSource<SyncGroupResponse> completion, ErrorCode error)
    {
        completion.TrySetResult(new SyncGroupResponse { ErrorCode = error });
        return GroupResult.Empty;
    }
}
