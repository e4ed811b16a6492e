using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// The controller of a cluster (Kafka's <c>QuorumController</c>): a state machine over <c>__cluster_metadata</c> that is active while its
/// node leads the quorum. Requests run one at a time on its event loop; an answer is given when its records are committed and, for what
/// clients act on at once, when this node's own broker has acted on them. All members may be called from any thread. Answers carry their
/// errors; on a node that is not the active controller that is NOT_CONTROLLER.
/// </summary>
public sealed class QuorumController : IRaftListener<MetadataRecord>, IAsyncDisposable
{
    private readonly QuorumControllerOptions _options;
    private readonly RaftNode<MetadataRecord> _raft;
    private readonly IMetadataProgress? _localBroker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventLoop _loop;
    private readonly ControllerState _state = new();
    private readonly ControlManagers _managers;
    private readonly ControllerActivation _activation;
    private volatile StateMachineHost<MetadataRecord>? _host;
    private volatile TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _activeEpoch = -1;
    private ControllerTimers? _timers;
    private bool _faulted;

    /// <param name="options">Who it is and what it goes by.</param>
    /// <param name="raft">The metadata log; the caller registers the controller with it.</param>
    /// <param name="configurations">What is known of configuration keys above.</param>
    /// <param name="localBroker">The metadata view of the broker in the same process, or null where there is none.</param>
    /// <param name="time">The clock of sessions and timers.</param>
    /// <param name="random">Where topic ids and the placement of replicas come from.</param>
    /// <param name="logger">Where it tells what it does.</param>
    public QuorumController(
        QuorumControllerOptions options, RaftNode<MetadataRecord> raft, IConfigurationValidator configurations,
        IMetadataProgress? localBroker, TimeProvider time, Random random, ILogger logger)
    {
        _options = options;
        _raft = raft;
        _localBroker = localBroker;
        _time = time;
        _logger = logger;
        _loop = new EventLoop($"quorum-controller-{options.NodeId}", time, logger);
        _managers = new ControlManagers(options, _state, configurations, () => _raft.KRaftVersion, time, random, logger);
        _activation = new ControllerActivation(options, _state, _managers);
    }

    /// <summary>Whether this node is the active controller, as far as it knows.</summary>
    public bool IsActive => _host is not null;

    public Task<CreateTopicsResponse> CreateTopicsAsync(ControllerRequestContext context, CreateTopicsRequest request) =>
        AnswerAsync("createTopics", context, () => _managers.TopicCreation.Create(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<DeleteTopicsResponse> DeleteTopicsAsync(ControllerRequestContext context, DeleteTopicsRequest request) =>
        AnswerAsync("deleteTopics", context, () => _managers.TopicDeletion.Delete(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<CreatePartitionsResponse> CreatePartitionsAsync(ControllerRequestContext context, CreatePartitionsRequest request) =>
        AnswerAsync("createPartitions", context, () => _managers.PartitionCreation.Create(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<IncrementalAlterConfigsResponse> IncrementalAlterConfigsAsync(
        ControllerRequestContext context, IncrementalAlterConfigsRequest request) =>
        AnswerAsync("incrementalAlterConfigs", context, () => _managers.Configurations.Alter(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<AlterConfigsResponse> AlterConfigsAsync(ControllerRequestContext context, AlterConfigsRequest request) =>
        AnswerAsync("legacyAlterConfigs", context, () => _managers.Configurations.Alter(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<AlterClientQuotasResponse> AlterClientQuotasAsync(ControllerRequestContext context, AlterClientQuotasRequest request) =>
        AnswerAsync("alterClientQuotas", context, () => _managers.Quotas.Alter(request),
            e => ControllerErrors.Answer(request, e.ErrorCode, e.Message));

    public Task<UpdateFeaturesResponse> UpdateFeaturesAsync(ControllerRequestContext context, UpdateFeaturesRequest request) =>
        AnswerAsync("updateFeatures", context, () => _managers.Features.Update(request),
            e => new() { ErrorCode = e.ErrorCode, ErrorMessage = e.Message });

    public Task<ElectLeadersResponse> ElectLeadersAsync(ControllerRequestContext context, ElectLeadersRequest request) =>
        AnswerAsync("electLeaders", context, () => _managers.Elections.Elect(request), e => new() { ErrorCode = e.ErrorCode });

    public Task<AlterPartitionReassignmentsResponse> AlterPartitionReassignmentsAsync(
        ControllerRequestContext context, AlterPartitionReassignmentsRequest request) =>
        AnswerAsync("alterPartitionReassignments", context, () => _managers.Reassignments.Alter(request),
            e => new() { ErrorCode = e.ErrorCode, ErrorMessage = e.Message });

    public Task<ListPartitionReassignmentsResponse> ListPartitionReassignmentsAsync(
        ControllerRequestContext context, ListPartitionReassignmentsRequest request) =>
        AnswerAsync("listPartitionReassignments", context,
            () => new CommandResult<MetadataRecord, ListPartitionReassignmentsResponse>([], _managers.Reassignments.List(request)),
            e => new() { ErrorCode = e.ErrorCode, ErrorMessage = e.Message });

    public Task<UnregisterBrokerResponse> UnregisterBrokerAsync(ControllerRequestContext context, UnregisterBrokerRequest request) =>
        AnswerAsync("unregisterBroker", context, () => _managers.Registrations.Unregister(request),
            e => new() { ErrorCode = e.ErrorCode, ErrorMessage = e.Message });

    /// <summary>Registers a broker, fenced at first. It may send heartbeats with the epoch it is given.</summary>
    public Task<BrokerRegistrationResponse> RegisterBrokerAsync(ControllerRequestContext context, BrokerRegistrationRequest request) =>
        AnswerAsync("registerBroker", context, () =>
        {
            var result = _managers.Registrations.Register(request, NextOffset());
            _logger.BrokerRegistered(request.BrokerId, result.Response.BrokerEpoch, request.IncarnationId.ToString());
            return result;
        }, e => new() { ErrorCode = e.ErrorCode, BrokerEpoch = -1 }, isLocal: false);

    /// <summary>Takes a broker's sign of life, and unfences, fences or lets it go as it asks.</summary>
    public Task<BrokerHeartbeatResponse> ProcessBrokerHeartbeatAsync(ControllerRequestContext context, BrokerHeartbeatRequest request) =>
        AnswerAsync("processBrokerHeartbeat", context, () =>
        {
            var result = _managers.Heartbeats.Process(request);
            if (request.WantShutDown)
                _loop.Post(() => _managers.Heartbeats.Appended(request.BrokerId, NextOffset()));
            return result;
        }, e => new() { ErrorCode = e.ErrorCode }, isLocal: false);

    public Task<ControllerRegistrationResponse> RegisterControllerAsync(
        ControllerRequestContext context, ControllerRegistrationRequest request) =>
        AnswerAsync("registerController", context, () => _managers.Registrations.Register(request),
            e => new() { ErrorCode = e.ErrorCode, ErrorMessage = e.Message }, isLocal: false);

    public Task<AllocateProducerIdsResponse> AllocateProducerIdsAsync(
        ControllerRequestContext context, AllocateProducerIdsRequest request) =>
        AnswerAsync("allocateProducerIds", context, () => _managers.ProducerIds.Allocate(request),
            e => new() { ErrorCode = e.ErrorCode }, isLocal: false);

    public Task<AlterPartitionResponse> AlterPartitionAsync(ControllerRequestContext context, AlterPartitionRequest request) =>
        AnswerAsync("alterPartition", context, () => _managers.Partitions.Alter(request),
            e => new() { ErrorCode = e.ErrorCode }, isLocal: false);

    public Task<AssignReplicasToDirsResponse> AssignReplicasToDirsAsync(
        ControllerRequestContext context, AssignReplicasToDirsRequest request) =>
        AnswerAsync("assignReplicasToDirs", context, () => _managers.Partitions.Assign(request),
            e => new() { ErrorCode = e.ErrorCode }, isLocal: false);

    /// <summary>
    /// Runs a command of a control manager that lives in another room (ACLs, SCRAM, delegation tokens): it is given the image as of all
    /// records written before, on the controller's event loop, and makes records and an answer.
    /// </summary>
    /// <exception cref="StateMachineException">What the command threw, NOT_CONTROLLER, or REQUEST_TIMED_OUT.</exception>
    public Task<TResponse> WriteAsync<TResponse>(
        string name, ControllerRequestContext context, Func<MetadataImage, CommandResult<MetadataRecord, TResponse>> command) =>
        RunAsync(name, context, () => command(_state.Image), isLocal: true);

    public void HandleCommit(IReadOnlyList<CommittedBatch<MetadataRecord>> batches) => Post(() =>
    {
        _state.Load(batches);
        _host?.OnCommitted(batches[^1].LastOffset + 1);
    });

    /// <summary>Completes once this controller is active; while it is not, a task yet to complete.</summary>
    public Task Active => _active.Task;

    public void HandleLoadSnapshot(SnapshotReader<MetadataRecord> reader) => Post(() =>
    {
        using (reader)
            _state.Load(reader);
    });

    public void HandleLeaderChange(LeaderAndEpoch leader) => Post(() =>
    {
        if (_host is not null)
            Deactivate(leader);
        if (leader.IsLeader(_options.NodeId))
            Activate(leader.Epoch);
    });

    public void BeginShutdown() => Post(() =>
    {
        if (_host is not null)
            Deactivate(default);
    });

    /// <summary>Stops its timers and loop; pending requests fail.</summary>
    public async ValueTask DisposeAsync()
    {
        BeginShutdown();
        await _loop.DisposeAsync();
    }

    private void Activate(int epoch)
    {
        _state.Activate(epoch);
        var host = new StateMachineHost<MetadataRecord>(
            _loop, new RaftStateMachineLog<MetadataRecord>(_raft, epoch), new LeadingState(_state, () => _raft.Resign(epoch)),
            _state.LastCommittedOffset + 1, _logger);
        _logger.ControllerActivated(_options.NodeId, epoch, _state.LastCommittedOffset);
        // Posted before anybody can see the host, so these run before every request.
        Observe("activate", host.WriteAsync("completeActivation", _activation.Activate));
        Observe("registerSelf", host.WriteAsync("registerController", _activation.RegisterSelf));
        _timers = new ControllerTimers(_loop, host, _options, _managers.Sessions, _managers.Heartbeats, _managers.Elections);
        _timers.Start();
        _activeEpoch = epoch;
        _host = host;
        _active.TrySetResult();
    }

    private void Deactivate(LeaderAndEpoch leader)
    {
        _logger.ControllerDeactivated(_options.NodeId, leader.LeaderId is { } successor ? $": node {successor} leads epoch {leader.Epoch}" : "");
        _timers?.Stop();
        _timers = null;
        var host = _host;
        _host = null;
        _active = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _activeEpoch = -1;
        host?.Fail(ErrorCode.NotController, ControllerErrors.NotActive(leader.LeaderId));
        _state.Deactivate();
    }

    // The offset of the next record: the leader's own first record may lie between what is committed and what was appended here.
    private long NextOffset() => Math.Max(_host?.AppendedOffset ?? 0, _raft.LogEndOffset);

    private async Task<TResponse> AnswerAsync<TResponse>(
        string name, ControllerRequestContext context, Func<CommandResult<MetadataRecord, TResponse>> command,
        Func<StateMachineException, TResponse> onError, bool isLocal = true)
    {
        try
        {
            return await RunAsync(name, context, command, isLocal);
        }
        catch (StateMachineException e)
        {
            return onError(e);
        }
        catch (ObjectDisposedException)
        {
            return onError(new StateMachineException(ErrorCode.NotController, ControllerErrors.NotActive(null)));
        }
        catch (MetadataException e)
        {
            _logger.OperationFaulted(_options.NodeId, name, e);
            return onError(new StateMachineException(ErrorCode.UnknownServerError, e.Message, e));
        }
    }

    private async Task<TResponse> RunAsync<TResponse>(
        string name, ControllerRequestContext context, Func<CommandResult<MetadataRecord, TResponse>> command, bool isLocal)
    {
        // The news that this node leads may be on its way to the loop: what is asked after it came is answered after it.
        var host = _host ?? await _loop.RunAsync(() => _host)
            ?? throw new StateMachineException(ErrorCode.NotController, ControllerErrors.NotActive(_raft.LeaderAndEpoch.LeaderId));
        var wrote = false;
        var response = await host.WriteAsync(name, () =>
        {
            var result = command();
            wrote = result.Records.Count > 0;
            return result;
        }, context.Timeout);
        if (wrote && isLocal && _localBroker is not null)
            await WaitForLocalBrokerAsync(host.CommittedOffset - 1, context.Timeout);
        return response;
    }

    // What clients do next must find what they were told: a topic that was created is led here before its creation is answered.
    private async Task WaitForLocalBrokerAsync(long offset, TimeSpan? timeout)
    {
        var wait = _localBroker!.WaitForOffsetAsync(offset);
        try
        {
            if (timeout is { } limit)
                await wait.WaitAsync(limit, _time);
            else
                await wait;
        }
        catch (Exception e) when (e is TimeoutException or ObjectDisposedException)
        {
            // It is committed all the same, and that is what the answer says.
        }
    }

    private void Post(Action action) => _loop.Post(() =>
    {
        if (_faulted)
            return;
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever it is, this controller can't know the metadata any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _faulted = true;
            _logger.ControllerFaulted(_options.NodeId, e);
            var epoch = _activeEpoch;
            if (_host is not null)
                Deactivate(default);
            if (epoch >= 0)
                _raft.Resign(epoch);
        }
    });

    private void Observe(string operation, Task task) => _ = task.ContinueWith(
        faulted => _logger.OperationFaulted(_options.NodeId, operation, faulted.Exception!.InnerException ?? faulted.Exception),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
