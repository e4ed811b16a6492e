using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Lifecycle;
using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The third stage of a broker: the coordinators, the membership of the cluster, and the table of the APIs. When it has started, the broker
/// is registered, unfenced, and leads its partitions.
/// </summary>
internal sealed class ServiceStage
{
    private readonly BrokerContext _context;
    private readonly QuorumStage _quorum;

    private ServiceStage(BrokerContext context, LogStage logs, QuorumStage quorum)
    {
        var (configuration, environment) = (context.Configuration, context.Environment);
        (_context, _quorum) = (context, quorum);
        Verification = new PartitionVerification(logs.Replicas, () => logs.Logs.IsTransactionVerificationEnabled);
        Groups = new GroupCoordination(
            configuration, environment.Time, environment.Random, environment.Loggers, logs.Replicas, quorum.Client, quorum.Metadata,
            Verification);
        context.Shutdown.Add("Stopping the group coordinator", Groups.DisposeAsync);
        Markers = new TransactionMarkerWriter(
            logs.Replicas, EndInGroupsAsync, logs.Timers, environment.Time,
            TimeSpan.FromMilliseconds(configuration.Values.Get(BrokerConfigs.RequestTimeoutMs)));
        ProducerIds = new ProducerIdAllocator(configuration.NodeId, () => Lifecycle!.BrokerEpoch, quorum.Client);
        Transactions = new TransactionCoordination(
            configuration, environment.Time, environment.Loggers,
            new CoordinatorStorage(logs.Replicas, TransactionStateTopic.Name, requiredAcks: -1),
            quorum.Client, quorum.Metadata, Markers, ProducerIds);
        context.Shutdown.Add("Stopping the transaction coordinator", Transactions.DisposeAsync);
        Verification.Coordinators = new TransactionPartitions(
            Transactions.Coordinator, () => quorum.Metadata.Image,
            TimeSpan.FromMilliseconds(configuration.Values.Get(BrokerConfigs.AddPartitionsRetryBackoffMs)));
        Lifecycle = new BrokerLifecycle(
            ClusterRegistrations.Broker(
                configuration, context.Directories.ClusterId, context.Incarnation, context.Advertised.Broker, logs.Logs),
            quorum.Client, quorum.Metadata, logs.OfflineDirectories, logs.CordonedDirectories,
            logs.Replicas.Assignments,
            BrokerLifecycleOptions.From(configuration.Values), environment.Time, context.LoggerOf<BrokerLifecycle>());
        logs.Replicas.Assignments.Added = Lifecycle.SendHeartbeatSoon;
        logs.Replicas.Cordoned = Lifecycle.SendHeartbeatSoon;
        logs.DirectoryFailed += _ => Lifecycle.SendHeartbeatSoon();
        context.Shutdown.Add("Leaving the cluster", () =>
        {
            logs.BrokerEpoch = Lifecycle.BrokerEpoch;
            return Lifecycle.DisposeAsync();
        });
        ApiTable = ServedApis.Create(context, logs, quorum, this);
        // The lanes measure elapsed time, so they use the system's clock even if the broker has another one.
        var lanes = new WorkLanes(TimeProvider.System);
        context.Shutdown.Add("Stopping the worker lanes", lanes);
        Dispatcher = new RequestDispatcher(
            ApiTable,
            new RequestServices(lanes, AllowAllAuthorizer.Instance, environment.Time, environment.Interceptor),
            context.LoggerOf<RequestDispatcher>());
    }

    /// <summary>Asks the transaction coordinators before a transaction begins in a partition.</summary>
    public PartitionVerification Verification { get; }

    public GroupCoordination Groups { get; }

    /// <summary>Writes the markers of transactions to the partitions of this broker.</summary>
    public TransactionMarkerWriter Markers { get; }

    public TransactionCoordination Transactions { get; }

    /// <summary>The producer ids of this broker.</summary>
    public ProducerIdAllocator ProducerIds { get; }

    public BrokerLifecycle Lifecycle { get; }

    public ApiTable ApiTable { get; }

    /// <summary>Handles the frames of all listeners.</summary>
    public RequestDispatcher Dispatcher { get; }

    public static async Task<ServiceStage> StartAsync(
        BrokerContext context, LogStage logs, QuorumStage quorum, CancellationToken cancellation)
    {
        var stage = new ServiceStage(context, logs, quorum);
        await context.Failure.RunAsync(stage.JoinClusterAsync, cancellation);
        return stage;
    }

    /// <summary>
    /// Requests a controlled shutdown (<c>controlled.shutdown.enable</c>): the controller moves leadership to other brokers where there are
    /// any. A failure is logged; the broker stops in any case.
    /// </summary>
    public async Task ControlledShutdownAsync(TimeSpan timeout)
    {
        if (!_context.Configuration.Values.Get(MetadataConfigs.ControlledShutdownEnable))
            return;
        using var expired = new CancellationTokenSource(timeout, _context.Environment.Time);
        try
        {
            await Lifecycle.ShutDownAsync(expired.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _context.LoggerOf<ServiceStage>().StopStepFailed("The controlled shutdown", e);
        }
    }

    private Task<ErrorCode> EndInGroupsAsync(int partition, TransactionMarker marker) =>
        Groups.Coordinator.TransactionalOffsets.CompleteAsync(
            partition, marker.ProducerId, marker.ProducerEpoch, marker.CoordinatorEpoch, marker.Committed, marker.TransactionVersion);

    private async Task JoinClusterAsync(CancellationToken cancellation)
    {
        var (metadata, environment) = (_quorum.Metadata, _context.Environment);
        await Lifecycle.StartAsync(cancellation);
        await LeadershipWait.ForAsync(
            _context.Configuration.NodeId, metadata, environment.Time, _context.LoggerOf<ServiceStage>(), cancellation);
        // Not before: the metadata that were replayed may name this broker as the leader of an epoch that its registration has ended.
        await Groups.StartAsync(metadata);
        await Transactions.StartAsync(metadata);
    }
}
