using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Lifecycle;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Everything of a broker behind its listeners, built from the floor up and taken down in the reverse order: logs, metadata log and quorum,
/// controller, metadata loader, replicas, coordinators, membership of the cluster.
/// </summary>
sealed class BrokerParts : IAsyncDisposable
{
    private readonly Stack<(string Name, Func<ValueTask> Stop)> _stops = new();
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        Deadlines = new DeadlineTimer(environment.Time);
        _stops.Push(("Stopping the deadline timer", () => { Deadlines.Dispose(); return ValueTask.CompletedTask; }));
    }

    public string ClusterId => _directories.ClusterId;

    /// <summary>Completes, with the reason, when the metadata can't be followed or kept any further, or there is no place for data left.</summary>
    public Task<Exception> Failed => _failed.Task;

    public LogManager Logs { get; private set; } = null!;

    public ReplicaManager Replicas { get; private set; } = null!;

    public DeadlineTimer Deadlines { get; }

    public RaftNode<MetadataRecord> Raft { get; private set; } = null!;

    public MetadataLoader Metadata { get; private set; } = null!;

    public QuorumController Controller { get; private set; } = null!;

    public GroupCoordination Groups { get; private set; } = null!;

    public BrokerLifecycle Lifecycle { get; private set; } = null!;

    public ApiTable ApiTable { get; private set; } = null!;

    public BrokerConfiguration Configuration => _configuration;

    public BrokerEnvironment Environment => _environment;

    public static async Task<BrokerParts> StartAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, LogDirectories directories, AdvertisedEndpoints advertised,
        CancellationToken cancellation)
    {
        var parts = new BrokerParts(configuration, environment, directories, advertised);
        try
        {
            parts.OpenLogs();
            await parts.StartQuorumAsync().ConfigureAwait(false);
            parts.StartServices();
            await parts.JoinUnlessItFailsAsync(cancellation).ConfigureAwait(false);
            parts.Logs.StartTasks();
            return parts;
        }
        catch
        {
            await parts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the controller for leave, so that nothing is led here any more where others could lead it. Whatever comes of it, the broker stops.</summary>
    public async Task LeaveAsync(TimeSpan deadline)
    {
        if (!_configuration.Values.Get(MetadataConfigs.ControlledShutdownEnable))
            return;
        using var patience = new CancellationTokenSource(deadline, _environment.Time);
        try
        {
            await Lifecycle.ShutDownAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _logger.StopStepFailed("Handing leadership over", e);
        }
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

    private void OpenLogs()
    {
        Logs = LogManager.Open(new LogManagerOptions
        {
            FileSystem = _environment.Files,
            Directories = _configuration.LogDirs,
            BrokerConfig = _configuration.Values,
            Time = _environment.Time,
            Random = _environment.Random,
            DirectoryFailed = OnDirectoryFailed,
            LoggerFactory = _environment.Loggers,
        });
        _stops.Push(("Closing the logs", () => new ValueTask(Logs.ShutdownAsync(Lifecycle?.BrokerEpoch ?? -1))));
        ThrowIfFailed();
        Replicas = new ReplicaManager(_configuration, Logs, _environment.Loggers.CreateLogger<ReplicaManager>());
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
                Durations.OfMilliseconds(values.Get(RaftConfigs.MaxSnapshotIntervalMs)),
                loggers.CreateLogger<SnapshotGenerator>()),
        };
        Controller = new QuorumController(
            ClusterRegistrations.ControllerOptions(_configuration, _environment, ClusterId, _advertised.Controller), Raft,
            new ConfigurationValidator(_configuration), Metadata, time, _environment.Random, loggers.CreateLogger<QuorumController>());
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
            ClusterRegistrations.Broker(_configuration, _environment, ClusterId, _advertised.Broker, Logs), Controller, Metadata, OfflineDirectories,
            Replicas.Assignments, BrokerLifecycleOptions.From(_configuration.Values), _environment.Time,
            _environment.Loggers.CreateLogger<BrokerLifecycle>());
        Replicas.Assignments.Added = Lifecycle.Tell;
        _stops.Push(("Leaving the cluster", Lifecycle.DisposeAsync));
        ApiTable = ServedApis.Create(this);
    }

    private async Task JoinUnlessItFailsAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var join = JoinAsync(patience.Token);
        await Task.WhenAny(join, Failed).ConfigureAwait(false);
        // Nobody ends the metadata but a failure, of which the waits for the metadata may hear first.
        if (join.Exception is { InnerException: ObjectDisposedException })
            await Failed.WaitAsync(cancellation).ConfigureAwait(false);
        if (Failed.IsCompleted)
        {
            await patience.CancelAsync().ConfigureAwait(false);
            await join.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ThrowIfFailed();
        }
        await join.ConfigureAwait(false);
    }

    private async Task JoinAsync(CancellationToken cancellation)
    {
        await Groups.StartAsync(Metadata).ConfigureAwait(false);
        await Lifecycle.StartAsync(cancellation).ConfigureAwait(false);
        await LeadershipWait.ForAsync(_configuration.NodeId, Metadata, _environment.Time, _logger, cancellation).ConfigureAwait(false);
    }

    private IEnumerable<Uuid> OfflineDirectories() => Logs.Directories.Where(d => d.IsOffline && d.Id is not null).Select(d => d.Id!.Value);

    private void OnDirectoryFailed(LogDirectoryFailure failure)
    {
        Replicas?.OnDirectoryFailed(failure);
        // As in Kafka: a broker without its metadata, or without any place for data, ends rather than lead what it can't serve.
        if (failure.NoneLeft || failure.Directory.Path == _configuration.MetadataLogDir)
            Fail(failure.Cause);
        else
            Lifecycle?.Tell();
    }

    private EventLoop NewLoop(string name)
    {
        var loop = new EventLoop(name, _environment.Time, _environment.Loggers.CreateLogger<EventLoop>());
        _stops.Push(($"Stopping {name}", loop.DisposeAsync));
        return loop;
    }

    private void Fail(Exception cause)
    {
        if (_failed.TrySetResult(cause))
            _logger.Fatal(cause);
    }

    private void ThrowIfFailed()
    {
        if (Failed.IsCompletedSuccessfully)
            throw new BrokerStartException(Failed.Result.Message, Failed.Result);
    }

    private async Task FailWithAsync(Task completion)
    {
        try
        {
            await completion.ConfigureAwait(false);
        }
        catch (QuorumConfigurationException e)
        {
            // The quorum did not even start: whoever starts this broker is told, and says it.
            _failed.TrySetResult(e);
        }
#pragma warning disable CA1031 // Whatever ended the quorum ends the broker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
    }
}
