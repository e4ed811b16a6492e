using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Lifecycle;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Everything of a broker behind its listeners, built from the floor up and taken down in the reverse order: logs, metadata log and quorum,
/// controller, metadata loader, replicas, coordinators, membership of the cluster.
/// </summary>
sealed class BrokerParts : IAsyncDisposable
{
    private readonly Stack<(string Name, Func<ValueTask> Stop)> _stops = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BrokerConfiguration _configuration;
    private readonly BrokerEnvironment _environment;
    private readonly LogDirectories _directories;
    private readonly AdvertisedEndpoints _advertised;
    private readonly ILogger _logger;

    private BrokerParts(
        BrokerConfiguration configuration, BrokerEnvironment environment, LogDirectories directories, AdvertisedEndpoints advertised)
    {
        _configuration = configuration;
        _environment = environment;
        _directories = directories;
        _advertised = advertised;
        _logger = environment.Loggers.CreateLogger<BrokerParts>();
    }

    public string ClusterId => _directories.ClusterId;

    /// <summary>Completes when the metadata can't be followed or kept any further.</summary>
    public Task Failed => _failed.Task;

    public required LogManager Logs { get; init; }

    public required ReplicaManager Replicas { get; init; }

    public required DeadlineTimer Deadlines { get; init; }

    public RaftNode<MetadataRecord> Raft { get; private set; } = null!;

    public MetadataLoader Metadata { get; private set; } = null!;

    public QuorumController Controller { get; private set; } = null!;

    public GroupCoordination Groups { get; private set; } = null!;

    public BrokerLifecycle Lifecycle { get; private set; } = null!;

    public ApiTable ApiTable { get; private set; } = null!;

    public BrokerConfiguration Configuration => _configuration;

    public BrokerEnvironment Environment => _environment;

    public AdvertisedEndpoints Advertised => _advertised;

    public static async Task<BrokerParts> StartAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, LogDirectories directories, AdvertisedEndpoints advertised,
        CancellationToken cancellation)
    {
        ReplicaManager? replicas = null;
        BrokerParts? parts = null;
        var logs = LogManager.Open(new LogManagerOptions
        {
            FileSystem = environment.Files,
            Directories = configuration.LogDirs,
            BrokerConfig = configuration.Values,
            Time = environment.Time,
            Random = environment.Random,
            DirectoryFailed = failure =>
            {
                replicas?.OnDirectoryFailed(failure);
                // As in Kafka: a broker without its metadata, or without any place for data, ends rather than lead what it can't serve.
                if (failure.NoneLeft || failure.Directory.Path == configuration.MetadataLogDir)
                    parts?.Fail(failure.Cause);
            },
            LoggerFactory = environment.Loggers,
        });
        replicas = new ReplicaManager(configuration, logs, environment.Loggers.CreateLogger<ReplicaManager>());
        parts = new BrokerParts(configuration, environment, directories, advertised)
        {
            Logs = logs,
            Replicas = replicas,
            Deadlines = new DeadlineTimer(environment.Time),
        };
        parts._stops.Push(("Closing the logs", () => new ValueTask(logs.ShutdownAsync(parts.Lifecycle?.BrokerEpoch ?? -1))));
        parts._stops.Push(("Stopping the deadline timer", () => { parts.Deadlines.Dispose(); return ValueTask.CompletedTask; }));
        try
        {
            await parts.StartQuorumAsync().ConfigureAwait(false);
            parts.StartServices();
            await parts.JoinAsync(cancellation).ConfigureAwait(false);
            logs.StartTasks();
            return parts;
        }
        catch
        {
            await parts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the controller for leave, so that nothing is led here any more where others could lead it.</summary>
    public async Task LeaveAsync(TimeSpan deadline)
    {
        if (!_configuration.Values.Get(MetadataConfigs.ControlledShutdownEnable))
            return;
        using var patience = new CancellationTokenSource(deadline, _environment.Time);
        await Lifecycle.ShutDownAsync(patience.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        while (_stops.TryPop(out var step))
        {
            try
            {
                await step.Stop().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                _logger.StopStepFailed(step.Name, e);
            }
        }
    }

    private async Task StartQuorumAsync()
    {
        var (values, time, loggers) = (_configuration.Values, _environment.Time, _environment.Loggers);
        var metadataDirectory = _configuration.MetadataLogDir;
        if (!_configuration.LogDirs.Contains(metadataDirectory))
        {
            var held = _environment.Files.TryLock(Path.Combine(metadataDirectory, LogDirectory.LockFileName))
                ?? throw new LogDirectoryLockedException(metadataDirectory);
            _stops.Push(("Giving the metadata directory back", () => { held.Dispose(); return ValueTask.CompletedTask; }));
        }
        var storage = MetadataLogStorage.Open(
            _environment.Files, metadataDirectory, values, time, _environment.Random, loggers.CreateLogger<MetadataLogStorage>());
        IReadOnlyList<RaftEndpoint> endpoints = [.. _advertised.Controller.Select(e => new RaftEndpoint(e.ListenerName, e.Host!, (ushort)e.Port))];
        Raft = new RaftNode<MetadataRecord>(
            RaftOptions.From(values, _configuration.NodeId, _directories.Ids[metadataDirectory], endpoints),
            storage.Log, storage.Snapshots, storage.QuorumState, MetadataRecordSerde.Instance, time, loggers.CreateLogger<RaftNode<MetadataRecord>>());
        _stops.Push(("Stopping the metadata quorum", Raft.DisposeAsync));
        _ = FailWithAsync(Raft.Completion);

        var loaderLoop = NewLoop("metadata-loader");
        var snapshotLoop = NewLoop("metadata-snapshots");
        Metadata = new MetadataLoader(loaderLoop, () => Raft.HighWatermark, Fail, loggers.CreateLogger<MetadataLoader>())
        {
            SnapshotGenerator = new SnapshotGenerator(
                snapshotLoop,
                Raft.CreateSnapshot,
                values.Get(RaftConfigs.MaxRecordBytesBetweenSnapshots),
                TimeSpan.FromMilliseconds(values.Get(RaftConfigs.MaxSnapshotIntervalMs)),
                loggers.CreateLogger<SnapshotGenerator>()),
        };
        Controller = new QuorumController(
            ControllerOptions(), Raft, new ConfigurationValidator(_configuration), Metadata, time, _environment.Random, loggers.CreateLogger<QuorumController>());
        _stops.Push(("Stopping the controller", Controller.DisposeAsync));
        await Metadata.AddPublisherAsync(Replicas).ConfigureAwait(false);
        Raft.Register(Metadata);
        Raft.Register(Controller);
        await Raft.StartAsync().ConfigureAwait(false);
    }

    private void StartServices()
    {
        Groups = new GroupCoordination(_configuration, _environment, Replicas, Controller, Metadata);
        _stops.Push(("Stopping the group coordinator", Groups.DisposeAsync));
        Lifecycle = new BrokerLifecycle(
            Registration(), Controller, Metadata, TimeSpan.FromMilliseconds(_configuration.Values.Get(MetadataConfigs.BrokerHeartbeatIntervalMs)),
            _environment.Time, _environment.Loggers.CreateLogger<BrokerLifecycle>());
        _stops.Push(("Leaving the cluster", Lifecycle.DisposeAsync));
        ApiTable = ServedApis.Create(this);
    }

    private async Task JoinAsync(CancellationToken cancellation)
    {
        await Groups.StartAsync(Metadata).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Lifecycle.StartAsync(patience.Token).ConfigureAwait(false);
        // Unfenced, the controller elects this broker leader of what it held; a client must not come before that is done.
        await Metadata.WaitForAsync(AllMineAreLed, patience.Token).ConfigureAwait(false);
    }

    private bool AllMineAreLed(MetadataImage image) =>
        image.Cluster.Broker(_configuration.NodeId) is { Fenced: false }
        && image.Topics.ById.Values.All(topic => topic.Partitions.All(p => p.Value.Leader >= 0 || !p.Value.IsReplica(_configuration.NodeId)));

    private BrokerRegistrationRequest Registration() => new()
    {
        BrokerId = _configuration.NodeId,
        ClusterId = ClusterId,
        IncarnationId = Uuid.Random(_environment.Random),
        Listeners =
        [
            .. _advertised.Broker.Select(e => new BrokerRegistrationRequest.Listener
            {
                Name = e.ListenerName,
                Host = e.Host!,
                Port = (ushort)e.Port,
                SecurityProtocol = (short)e.SecurityProtocol,
            }),
        ],
        Features =
        [
            .. FeatureNames.All.Select(f => new BrokerRegistrationRequest.Feature
            {
                Name = f.Name,
                MinSupportedVersion = f.MinLevel,
                MaxSupportedVersion = f.MaxLevel,
            }),
        ],
        Rack = _configuration.Values.Get(MetadataConfigs.BrokerRack),
        LogDirs = [.. Logs.LiveDirectories.Select(d => d.Id ?? Uuid.Zero)],
        PreviousBrokerEpoch = Logs.PreviousBrokerEpoch,
    };

    // A node without a controller listener is reached by nobody as a controller, so it has nothing to tell.
    private ControllerRegistrationRequest? ControllerRegistration() => _advertised.Controller.Count == 0 ? null : new()
    {
        ControllerId = _configuration.NodeId,
        IncarnationId = Uuid.Random(_environment.Random),
        Listeners =
        [
            .. _advertised.Controller.Select(e => new ControllerRegistrationRequest.Listener
            {
                Name = e.ListenerName,
                Host = e.Host!,
                Port = (ushort)e.Port,
                SecurityProtocol = (short)e.SecurityProtocol,
            }),
        ],
        Features =
        [
            .. FeatureNames.All.Select(f => new ControllerRegistrationRequest.Feature
            {
                Name = f.Name,
                MinSupportedVersion = f.MinLevel,
                MaxSupportedVersion = f.MaxLevel,
            }),
        ],
    };

    private QuorumControllerOptions ControllerOptions()
    {
        var values = _configuration.Values;
        string Text(string name) => values.GetText(BrokerLogConfigs.SynonymsOf(name)[0])!;
        return new QuorumControllerOptions
        {
            NodeId = _configuration.NodeId,
            ClusterId = ClusterId,
            DefaultNumPartitions = values.Get(MetadataConfigs.NumPartitions),
            DefaultReplicationFactor = (short)values.Get(MetadataConfigs.DefaultReplicationFactor),
            BrokerSessionTimeout = TimeSpan.FromMilliseconds(values.Get(MetadataConfigs.BrokerSessionTimeoutMs)),
            MaxIdleInterval = TimeSpan.FromMilliseconds(values.Get(RaftConfigs.MaxIdleIntervalMs)),
            LeaderImbalanceCheckInterval = values.Get(MetadataConfigs.AutoLeaderRebalanceEnable)
                ? TimeSpan.FromSeconds(values.Get(MetadataConfigs.LeaderImbalanceCheckIntervalSeconds))
                : null,
            MinInSyncReplicas = int.Parse(Text(TopicConfigs.MinInSyncReplicas.Name), CultureInfo.InvariantCulture),
            UncleanLeaderElectionEnable = bool.Parse(Text(TopicConfigs.UncleanLeaderElectionEnable.Name)),
            Registration = ControllerRegistration(),
            BootstrapRecords = new BootstrapSnapshots(_environment.Files, _configuration.MetadataLogDir, _environment.Time).ReadBootstrap(),
        };
    }

    private EventLoop NewLoop(string name)
    {
        var loop = new EventLoop(name, _environment.Time, _environment.Loggers.CreateLogger<EventLoop>());
        _stops.Push(($"Stopping {name}", loop.DisposeAsync));
        return loop;
    }

    private void Fail(Exception cause)
    {
        if (_failed.TrySetResult())
            _logger.Fatal(cause);
    }

    private async Task FailWithAsync(Task completion)
    {
        try
        {
            await completion.ConfigureAwait(false);
        }
        catch (QuorumConfigurationException)
        {
            // The quorum did not even start: whoever starts this broker is told, and says it.
            _failed.TrySetResult();
        }
#pragma warning disable CA1031 // Whatever ended the quorum ends the broker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }
}
