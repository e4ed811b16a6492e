using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.State;
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
/// node leads the quorum. Requests run one at a time on its event loop; a response is given when its records are committed and, for what
/// clients act on at once, when this node's own broker has acted on them. Thread-safe. On a node that is not the active controller every
/// request fails with NOT_CONTROLLER.
/// </summary>
public sealed class QuorumController : IControllerChannel, IRaftListener<MetadataRecord>, IAsyncDisposable
{
    private readonly QuorumControllerOptions _options;
    private readonly RaftNode<MetadataRecord> _raft;
    private readonly IMetadataProgress? _localBroker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventLoop _loop;
    private readonly FailStop _failStop = new();
    private readonly ControllerState _state = new();
    private readonly ControlManagers _managers;
    private readonly ControllerOperations _operations;
    private readonly ControllerActivation _activation;
    private volatile StateMachineHost<MetadataRecord>? _host;
    private volatile TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _activeEpoch = -1;
    private ControllerTimers? _timers;

    /// <param name="options">Its identity and configuration.</param>
    /// <param name="raft">The metadata log; the caller registers the controller with it.</param>
    /// <param name="configurations">The configuration keys of the whole node.</param>
    /// <param name="localBroker">The metadata view of the broker in the same process, or null where there is none.</param>
    /// <param name="time">The clock of sessions and timers.</param>
    /// <param name="random">The source of topic ids and of the placement of replicas.</param>
    /// <param name="logger">Its log.</param>
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
        _managers = new ControlManagers(options, _state, configurations, new KRaftVersion(raft), time, random, logger);
        _operations = new ControllerOperations(_managers, NextOffset, _loop, logger);
        _activation = new ControllerActivation(options, _state, _managers);
    }

    /// <summary>Whether this node is the active controller, as far as it knows.</summary>
    public bool IsActive => _host is not null;

    /// <inheritdoc/>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        ControllerApi<TRequest, TResponse> api, ControllerRequestContext context, TRequest request)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var operation = _operations.Find(api);
        try
        {
            return await RunAsync(operation.Name, context, () => operation.Command(context, request), operation.AwaitsLocalBroker);
        }
        catch (ObjectDisposedException e)
        {
            throw new StateMachineException(ErrorCode.NotController, NotActive(null), e);
        }
        catch (MetadataException e)
        {
            _logger.OperationFaulted(_options.NodeId, operation.Name, e);
            throw new StateMachineException(ErrorCode.UnknownServerError, e.Message, e);
        }
    }

    /// <summary>
    /// Runs a command of a control manager of another project (ACLs, SCRAM, delegation tokens): on the controller's event loop it gets the
    /// image with all records written before, and makes records and a response.
    /// </summary>
    /// <exception cref="StateMachineException">What the command threw, NOT_CONTROLLER, or REQUEST_TIMED_OUT.</exception>
    public Task<TResponse> WriteAsync<TResponse>(
        string name, ControllerRequestContext context, Func<MetadataImage, CommandResult<MetadataRecord, TResponse>> command) =>
        RunAsync(name, context, () => command(_state.Image), awaitsLocalBroker: true);

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
        // Posted before the host is published, so that these run before every request.
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
        _logger.ControllerDeactivated(
            _options.NodeId, leader.LeaderId is { } successor ? $": node {successor} leads epoch {leader.Epoch}" : "");
        _timers?.Stop();
        _timers = null;
        var host = _host;
        _host = null;
        _active = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _activeEpoch = -1;
        host?.Fail(ErrorCode.NotController, NotActive(leader.LeaderId));
        _state.Deactivate();
    }

    // The offset of the next record: the leader's own first record may lie between what is committed and what was appended here.
    private long NextOffset() => Math.Max(_host?.AppendedOffset ?? 0, _raft.LogEndOffset);

    private async Task<TResponse> RunAsync<TResponse>(
        string name, ControllerRequestContext context, Func<CommandResult<MetadataRecord, TResponse>> command, bool awaitsLocalBroker)
    {
        // A change of leadership may be queued on the loop: a request that came after it is handled after it.
        var host = _host ?? await _loop.RunAsync(() => _host)
            ?? throw new StateMachineException(ErrorCode.NotController, NotActive(_raft.LeaderAndEpoch.LeaderId));
        var wrote = false;
        var response = await host.WriteAsync(name, () =>
        {
            var result = command();
            wrote = result.Records.Count > 0;
            return result;
        }, context.Timeout);
        if (wrote && awaitsLocalBroker && _localBroker is not null)
            await WaitForLocalBrokerAsync(host.CommittedOffset - 1, context.Timeout);
        return response;
    }

    // A client acts on the response at once: a created topic is led here before its creation is acknowledged.
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
            // The records are committed, which is what the response says.
        }
    }

    private static string NotActive(int? leader) => leader is { } id
        ? $"The active controller appears to be node {id}."
        : "No controller appears to be active.";

    private void Post(Action command) => _failStop.Post(_loop, command, Fail);

    // After a failure this controller no longer knows the metadata.
    private void Fail(Exception e)
    {
        _logger.ControllerFaulted(_options.NodeId, e);
        var epoch = _activeEpoch;
        if (_host is not null)
            Deactivate(default);
        if (epoch >= 0)
            _raft.Resign(epoch);
    }

    private void Observe(string operation, Task task) => _ = task.ContinueWith(
        faulted => _logger.OperationFaulted(_options.NodeId, operation, faulted.Exception!.InnerException ?? faulted.Exception),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private sealed class KRaftVersion(RaftNode<MetadataRecord> raft) : IKRaftVersion
    {
        public short Level => raft.KRaftVersion;

        public void Upgrade(short level, bool validateOnly) => raft.UpgradeKRaftVersion(level, validateOnly);
    }
}
