using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.StateMachines;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Hosting;

/// <summary>The second stage of a broker: the metadata log, its quorum, the controller, and the loader that follows the metadata.</summary>
internal sealed class QuorumStage
{
    private QuorumStage(BrokerContext context, LogStage logs)
    {
        var (configuration, environment) = (context.Configuration, context.Environment);
        LockMetadataDirectory(context);
        Raft = NewRaftNode(context, logs);
        context.Shutdown.Add("Stopping the metadata quorum", Raft.DisposeAsync);
        Metadata = NewLoader(context, logs, Raft);
        Controller = new QuorumController(
            ClusterRegistrations.ControllerOptions(
                configuration, environment, context.Directories.ClusterId, context.Incarnation, context.Advertised.Controller), Raft,
            new ConfigurationValidator(configuration), Metadata, environment.Time, environment.Random,
            context.LoggerOf<QuorumController>());
        context.Shutdown.Add("Stopping the controller", Controller.DisposeAsync);
        Client = new ControllerClient(Controller, environment.Time);
        context.Shutdown.Add("Closing the controller's client", Client);
    }

    public RaftNode<MetadataRecord> Raft { get; }

    public MetadataLoader Metadata { get; }

    public QuorumController Controller { get; }

    /// <summary>The client through which everything else in this node reaches the active controller.</summary>
    public ControllerClient Client { get; }

    public static async Task<QuorumStage> StartAsync(BrokerContext context, LogStage logs)
    {
        var stage = new QuorumStage(context, logs);
        _ = context.Failure.FailWithAsync(stage.Raft.Completion);
        await stage.Metadata.AddPublisherAsync(logs.Replicas);
        stage.Raft.Register(stage.Metadata);
        stage.Raft.Register(stage.Controller);
        await stage.Raft.StartAsync();
        return stage;
    }

    // A metadata directory that is one of log.dirs is locked with the logs.
    private static void LockMetadataDirectory(BrokerContext context)
    {
        var directory = context.Configuration.MetadataLogDir;
        if (context.Configuration.LogDirs.Contains(directory))
            return;
        var held = context.Environment.Files.TryLock(Path.Combine(directory, LogDirectory.LockFileName))
            ?? throw new LogDirectoryLockedException(directory);
        context.Shutdown.Add("Unlocking the metadata directory", held);
    }

    // Raft waits for an fsync of each batch: it has a thread of its own, and what can be done later goes to the threads of the logs.
    private static RaftNode<MetadataRecord> NewRaftNode(BrokerContext context, LogStage logs)
    {
        var (configuration, environment) = (context.Configuration, context.Environment);
        var storage = MetadataLogStorage.Open(
            environment.Files, configuration.MetadataLogDir, configuration.Values, environment.Time, environment.Random,
            logs.Logs.Background, context.LoggerOf<MetadataLogStorage>());
        var thread = new DiskThreads("metadata log", maxThreads: 1, context.LoggerOf<DiskThreads>());
        context.Shutdown.Add("Stopping the thread of the metadata log", thread);
        IReadOnlyList<RaftEndpoint> endpoints =
            [.. context.Advertised.Controller.Select(e => new RaftEndpoint(e.ListenerName, e.Host!, (ushort)e.Port))];
        return new RaftNode<MetadataRecord>(
            RaftOptions.From(configuration.Values, configuration.NodeId, context.Directories.Ids[configuration.MetadataLogDir], endpoints),
            storage.Log, storage.Snapshots, storage.QuorumState, MetadataRecordSerde.Instance, environment.Time,
            context.LoggerOf<RaftNode<MetadataRecord>>(), drain => thread.Post(drain.Execute));
    }

    private static MetadataLoader NewLoader(BrokerContext context, LogStage logs, RaftNode<MetadataRecord> raft)
    {
        var values = context.Configuration.Values;
        var loaderLoop = NewLoop(context, "metadata-loader");
        var snapshotLoop = NewLoop(context, "metadata-snapshots", drain => logs.Logs.Background(drain.Execute));
        return new MetadataLoader(loaderLoop, () => raft.HighWatermark, context.Failure.Fail, context.LoggerOf<MetadataLoader>())
        {
            SnapshotGenerator = new SnapshotGenerator(
                snapshotLoop,
                raft.CreateSnapshot,
                values.Get(RaftConfigs.MaxRecordBytesBetweenSnapshots),
                Durations.OfMilliseconds(values.Get(RaftConfigs.MaxSnapshotIntervalMs)),
                context.LoggerOf<SnapshotGenerator>()),
        };
    }

    private static EventLoop NewLoop(BrokerContext context, string name, Action<IThreadPoolWorkItem>? scheduler = null)
    {
        var loop = new EventLoop(name, context.Environment.Time, context.LoggerOf<EventLoop>(), scheduler);
        context.Shutdown.Add($"Stopping {name}", loop.DisposeAsync);
        return loop;
    }
}
