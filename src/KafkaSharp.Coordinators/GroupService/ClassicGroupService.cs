using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// The requests of classic members: of classic groups, and of consumer groups that have members (KIP-848). Errors are values in the
/// responses; the tasks do not fail. Safe for use from any thread.
/// </summary>
public sealed class ClassicGroupService
{
    // As many characters as clients send (KIP-800).
    private const int LongestReason = 255;

    private readonly GroupShards _shards;
    private readonly GroupCoordinatorConfig _config;

    internal ClassicGroupService(GroupShards shards, GroupCoordinatorConfig config)
    {
        _shards = shards;
        _config = config;
    }

    /// <param name="context">The request besides its body.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayDescribe">Whether the client may know of a topic; called later and from any thread.</param>
    public async Task<JoinGroupResponse> JoinGroupAsync(
        GroupRequestContext context, JoinGroupRequest request, Predicate<string> mayDescribe)
    {
        // Version 0 has one timeout for both.
        if (context.ApiVersion == 0)
            request.RebalanceTimeoutMs = request.SessionTimeoutMs;
        // It is only logged, and the other members decide how long the request waits.
        if (request.Reason is { Length: > LongestReason } reason)
            request.Reason = reason[..LongestReason];
        var response = await _shards.WriteDelayedAsync<JoinGroupResponse>(
            request.GroupId, "classic-group-join",
            (shard, delayed) => Join(shard, new JoinAttempt(context, request, delayed, mayDescribe)),
            error => new JoinGroupResponse { MemberId = request.MemberId, ErrorCode = error, ProtocolName = null });
        if (context.ApiVersion < 7)
            response.ProtocolName ??= "";
        return response;
    }

    public Task<SyncGroupResponse> SyncGroupAsync(GroupRequestContext context, SyncGroupRequest request)
    {
        if (context.ApiVersion >= 5 && (request.ProtocolType is null || request.ProtocolName is null))
            return Task.FromResult(new SyncGroupResponse { ErrorCode = ErrorCode.InconsistentGroupProtocol });
        return _shards.WriteDelayedAsync<SyncGroupResponse>(
            request.GroupId, "classic-group-sync",
            (shard, delayed) => shard.ClassicMembers.GroupOf(request.GroupId) is { } group
                ? shard.ClassicMembers.Sync.Sync(group, request, delayed)
                : shard.Sync.Sync(request, delayed),
            error => new SyncGroupResponse { ErrorCode = error });
    }

    public Task<HeartbeatResponse> HeartbeatAsync(GroupRequestContext context, HeartbeatRequest request) => _shards.WriteAsync(
        request.GroupId, "classic-group-heartbeat",
        shard => new([], new HeartbeatResponse
        {
            ErrorCode = shard.ClassicMembers.GroupOf(request.GroupId) is { } group
                ? shard.ClassicMembers.Heartbeat.Heartbeat(group, request)
                : shard.Heartbeat.Heartbeat(request),
        }),
        // A member stays in its group while its coordinator loads: an error would make it join again.
        error => new HeartbeatResponse { ErrorCode = error == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.None : error });

    public async Task<LeaveGroupResponse> LeaveGroupAsync(GroupRequestContext context, LeaveGroupRequest request)
    {
        var isSingle = context.ApiVersion <= 2;
        List<LeaveGroupRequest.MemberIdentity> leaving = isSingle ? [new() { MemberId = request.MemberId }] : request.Members;
        var response = await _shards.WriteAsync(
            request.GroupId, "classic-group-leave",
            shard =>
            {
                var left = new LeaveGroupResponse { Members = [] };
                if (shard.ClassicMembers.GroupOf(request.GroupId) is { } group)
                    return shard.ClassicMembers.Leave.Leave(group, leaving, left.Members).Respond(left);
                var result = shard.Leave.Leave(request.GroupId, leaving, left.Members, out var error);
                left.ErrorCode = error;
                return result.Respond(left);
            },
            error => new LeaveGroupResponse { ErrorCode = error, Members = [] });
        // A version without a list of members has the error of its one member as that of the request.
        if (!isSingle)
            return response;
        if (response is { ErrorCode: ErrorCode.None, Members: [var only] })
            response.ErrorCode = only.ErrorCode;
        response.Members = [];
        return response;
    }

    /// <summary>Describes classic groups; the handler adds the operations the caller is authorized for.</summary>
    public async Task<DescribeGroupsResponse> DescribeGroupsAsync(GroupRequestContext context, DescribeGroupsRequest request)
    {
        var groups = new List<DescribeGroupsResponse.DescribedGroup>(request.Groups.Count);
        foreach (var groupId in request.Groups)
        {
            groups.Add(await _shards.WriteAsync(
                groupId, "describe-groups",
                shard => new([], shard.Describer.Describe(groupId, context.ApiVersion)),
                error => new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, ErrorCode = error, Members = [] },
                mayBeEmpty: true));
        }
        return new DescribeGroupsResponse { Groups = groups };
    }

    private CommandResult<Records.GroupRecord> Join(GroupShard shard, JoinAttempt join) =>
        join.Request.SessionTimeoutMs < _config.MinSessionTimeoutMs || join.Request.SessionTimeoutMs > _config.MaxSessionTimeoutMs
            ? join.Refuse(join.Request.MemberId, ErrorCode.InvalidSessionTimeout)
            : shard.ClassicMembers.GroupOf(join.Request.GroupId) is { } group
                ? shard.ClassicMembers.Join.Join(group, join)
            : shard.Join.Join(join);
}
