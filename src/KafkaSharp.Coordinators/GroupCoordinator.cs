using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators;

/// <summary>
/// The coordinator of groups: who is a member, who consumes what, and how far each group has come (Kafka's <c>GroupCoordinatorService</c>).
/// The state of a group is kept in one partition of <c>__consumer_offsets</c> and served by the broker that leads it. Errors are values in
/// the answers; the tasks do not fail. All members may be called from any thread.
/// </summary>
public sealed class GroupCoordinator : IAsyncDisposable
{
    private readonly GroupCoordinatorConfig _config;
    private readonly Func<int> _partitionCount;
    private readonly ILogger _log;
    private readonly ShardRegistry _shards;
    private readonly OffsetRequests _offsets;
    private volatile bool _isActive = true;

    /// <param name="storage">Where the shards' records are.</param>
    /// <param name="topics">What topics there are.</param>
    /// <param name="config">Timeouts and limits.</param>
    /// <param name="partitionCount">How many partitions __consumer_offsets has, or will be created with.</param>
    /// <param name="time">The clock of every timeout.</param>
    /// <param name="newGuid">Makes the part of member ids that nobody must guess.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="scheduler">Runs the loops' work; the thread pool unless a simulation decides the order of things.</param>
    public GroupCoordinator(
        ICoordinatorStorage storage, ITopicLookup topics, GroupCoordinatorConfig config, Func<int> partitionCount, TimeProvider time,
        Func<Guid> newGuid, ILogger log, Action<IThreadPoolWorkItem>? scheduler = null)
    {
        _config = config;
        _partitionCount = partitionCount;
        _log = log;
        _shards = new ShardRegistry(partition => new CoordinatorShard(
            partition, storage, config, new EventLoop($"group-coordinator-{partition}", time, log, scheduler), newGuid, log));
        _offsets = new OffsetRequests(this, topics);
    }

    /// <summary>The partition of <c>__consumer_offsets</c> that keeps a group.</summary>
    public int PartitionFor(string groupId) => JavaString.PartitionFor(groupId, _partitionCount());

    /// <summary>This broker has become the leader of a partition of <c>__consumer_offsets</c>: loads it in the background.</summary>
    public void OnElection(int partition, int leaderEpoch) => _shards.OnElection(partition, leaderEpoch);

    /// <summary>This broker leads the partition no more; without an epoch: it has no replica of it any more.</summary>
    public void OnResignation(int partition, int? leaderEpoch) => _shards.OnResignation(partition, leaderEpoch);

    /// <summary>Everything of the partition before the offset is committed.</summary>
    public void OnHighWatermarkUpdated(int partition, long highWatermark) => _shards.Find(partition)?.OnHighWatermarkUpdated(highWatermark);

    /// <summary>Topics were deleted: forgets the offsets committed for them.</summary>
    public async Task OnTopicsDeletedAsync(IReadOnlyCollection<DeletedTopic> topics)
    {
        foreach (var shard in _shards.All)
        {
            try
            {
                await shard.WriteAsync("on-topics-deleted", () => (true, new GroupResult(shard.Removal.OfTopics(topics))));
            }
#pragma warning disable CA1031 // One shard's fault is not the others'.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // Whoever loads the partition next finds offsets of a topic id that is no more, which no fetch returns.
                _log.TimedOperationFailed("on-topics-deleted", shard.Partition, e);
            }
        }
    }

    public async Task<JoinGroupResponse> JoinGroupAsync(GroupRequestContext context, JoinGroupRequest request)
    {
        // Version 0 has one timeout for both.
        if (context.ApiVersion == 0)
            request.RebalanceTimeoutMs = request.SessionTimeoutMs;
        var response = await JoinNowAsync(context, request);
        if (context.ApiVersion < 7)
            response.ProtocolName ??= "";
        return response;
    }

    public Task<SyncGroupResponse> SyncGroupAsync(GroupRequestContext context, SyncGroupRequest request)
    {
        if (context.ApiVersion >= 5 && (request.ProtocolType is null || request.ProtocolName is null))
            return Task.FromResult(new SyncGroupResponse { ErrorCode = ErrorCode.InconsistentGroupProtocol });
        return CompleteAsync<SyncGroupResponse>(
            request.GroupId, "classic-group-sync",
            (shard, completion) => shard.Sync.Sync(request, completion),
            error => new SyncGroupResponse { ErrorCode = error });
    }

    public Task<HeartbeatResponse> HeartbeatAsync(GroupRequestContext context, HeartbeatRequest request) => WriteAsync(
        request.GroupId, "classic-group-heartbeat",
        shard => (new HeartbeatResponse { ErrorCode = shard.Heartbeat.Beat(request) }, GroupResult.Empty),
        // A member keeps its place while its coordinator loads: an error would make it rejoin.
        error => new HeartbeatResponse { ErrorCode = error == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.None : error });

    public async Task<LeaveGroupResponse> LeaveGroupAsync(GroupRequestContext context, LeaveGroupRequest request)
    {
        var single = context.ApiVersion <= 2;
        List<LeaveGroupRequest.MemberIdentity> leaving = single ? [new() { MemberId = request.MemberId }] : request.Members;
        var response = await WriteAsync(
            request.GroupId, "classic-group-leave",
            shard =>
            {
                var answer = new LeaveGroupResponse { Members = [] };
                var result = shard.Leave.Leave(request.GroupId, leaving, answer.Members, out var error);
                answer.ErrorCode = error;
                return (answer, result);
            },
            error => new LeaveGroupResponse { ErrorCode = error, Members = [] });
        // Before batches the answer of the only member was that of the request.
        if (!single)
            return response;
        if (response is { ErrorCode: ErrorCode.None, Members: [var only] })
            response.ErrorCode = only.ErrorCode;
        response.Members = [];
        return response;
    }

    /// <summary>The groups of all shards of this broker; while one of them loads the list would lack some, so it is refused.</summary>
    public async Task<ListGroupsResponse> ListGroupsAsync(GroupRequestContext context, ListGroupsRequest request)
    {
        if (!_isActive)
            return new ListGroupsResponse { ErrorCode = ErrorCode.CoordinatorNotAvailable, Groups = [] };
        var states = request.StatesFilter.Select(state => state.Trim().ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var types = request.TypesFilter.Select(type => type.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var groups = new List<ListGroupsResponse.ListedGroup>();
        foreach (var shard in _shards.All)
        {
            try
            {
                groups.AddRange(await shard.ReadAsync("list-groups", () => shard.Describer.List(states, types)));
            }
            catch (StateMachineException e) when (e.ErrorCode == ErrorCode.NotCoordinator)
            {
                // Its groups are listed by another broker now.
            }
            catch (StateMachineException e)
            {
                return new ListGroupsResponse { ErrorCode = CoordinatorErrors.OfOperation(e.ErrorCode), Groups = [] };
            }
#pragma warning disable CA1031 // A fault in one request is that request's.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.OperationFailed("list-groups", e);
                return new ListGroupsResponse { ErrorCode = ErrorCode.UnknownServerError, Groups = [] };
            }
        }
        return new ListGroupsResponse { Groups = groups };
    }

    /// <summary>Describes classic groups; the operations the caller may do are for the handler to fill in.</summary>
    public async Task<DescribeGroupsResponse> DescribeGroupsAsync(GroupRequestContext context, DescribeGroupsRequest request)
    {
        var groups = new List<DescribeGroupsResponse.DescribedGroup>(request.Groups.Count);
        foreach (var groupId in request.Groups)
        {
            groups.Add(await WriteAsync(
                groupId, "describe-groups",
                shard => (shard.Describer.Describe(groupId, context.ApiVersion), GroupResult.Empty),
                error => new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, ErrorCode = error, Members = [] },
                mayBeEmpty: true));
        }
        return new DescribeGroupsResponse { Groups = groups };
    }

    public async Task<DeleteGroupsResponse> DeleteGroupsAsync(GroupRequestContext context, DeleteGroupsRequest request)
    {
        var results = new List<DeleteGroupsResponse.DeletableGroupResult>(request.GroupsNames.Count);
        foreach (var groupId in request.GroupsNames.Distinct(StringComparer.Ordinal))
        {
            var error = await WriteAsync(
                groupId, "delete-groups",
                shard =>
                {
                    var records = new List<CoordinatorRecord>();
                    return (shard.Removal.DeleteGroup(groupId, records), new GroupResult(records));
                },
                error => error,
                mayBeEmpty: true);
            results.Add(new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = error });
        }
        return new DeleteGroupsResponse { Results = results };
    }

    public Task<OffsetCommitResponse> OffsetCommitAsync(GroupRequestContext context, OffsetCommitRequest request) =>
        _offsets.CommitAsync(context, request);

    public Task<OffsetFetchResponse> OffsetFetchAsync(GroupRequestContext context, OffsetFetchRequest request) =>
        _offsets.FetchAsync(context, request);

    public Task<OffsetDeleteResponse> OffsetDeleteAsync(GroupRequestContext context, OffsetDeleteRequest request) =>
        _offsets.DeleteAsync(request);

    /// <summary>Unloads every shard; whoever waits is told NOT_COORDINATOR.</summary>
    public async ValueTask DisposeAsync()
    {
        _isActive = false;
        await _shards.CloseAsync();
    }

    /// <summary>Runs a command in the shard of a group; every failure is an error code of the answer.</summary>
    internal async Task<T> WriteAsync<T>(
        string groupId, string name, Func<CoordinatorShard, (T Response, GroupResult Result)> command, Func<ErrorCode, T> refuse,
        bool mayBeEmpty = false)
    {
        if (Refusal(groupId, mayBeEmpty) is var refusal and not ErrorCode.None)
            return refuse(refusal);
        if (_shards.Find(PartitionFor(groupId)) is not { } shard)
            return refuse(ErrorCode.NotCoordinator);
        try
        {
            return await shard.WriteAsync(name, () => command(shard));
        }
        catch (StateMachineException e)
        {
            return refuse(CoordinatorErrors.OfOperation(e.ErrorCode));
        }
#pragma warning disable CA1031 // A fault in one request is that request's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.OperationFailed(name, e);
            return refuse(ErrorCode.UnknownServerError);
        }
    }

    private async Task<JoinGroupResponse> JoinNowAsync(GroupRequestContext context, JoinGroupRequest request)
    {
        JoinGroupResponse Refuse(ErrorCode error) => new() { MemberId = request.MemberId, ErrorCode = error, ProtocolName = null };
        if (Refusal(request.GroupId, mayBeEmpty: false) is var refusal and not ErrorCode.None)
            return Refuse(refusal);
        if (request.SessionTimeoutMs < _config.MinSessionTimeoutMs || request.SessionTimeoutMs > _config.MaxSessionTimeoutMs)
            return Refuse(ErrorCode.InvalidSessionTimeout);
        return await CompleteAsync<JoinGroupResponse>(
            request.GroupId, "classic-group-join", (shard, completion) => shard.Join.Join(context, request, completion), Refuse);
    }

    /// <summary>Runs a command whose answer comes when its group is ready for it, which may be long after the command.</summary>
    private Task<T> CompleteAsync<T>(
        string groupId, string name, Func<CoordinatorShard, TaskCompletionSource<T>, GroupResult> command, Func<ErrorCode, T> refuse)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = RunAsync();
        return completion.Task;

        async Task RunAsync()
        {
            var error = await WriteAsync(groupId, name, shard => (ErrorCode.None, command(shard, completion)), error => error);
            if (error != ErrorCode.None)
                completion.TrySetResult(refuse(error));
        }
    }

    private ErrorCode Refusal(string groupId, bool mayBeEmpty) =>
        !_isActive ? ErrorCode.CoordinatorNotAvailable
        : groupId.Length == 0 && !mayBeEmpty ? ErrorCode.InvalidGroupId
        : ErrorCode.None;
}
