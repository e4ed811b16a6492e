using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The first stage of a broker: its log directories, opened and recovered, and the replicas in them. No metadata is known yet.
/// </summary>
internal sealed class LogStage
{
    private readonly string _metadataLogDir;
    private readonly BrokerFailure _failure;

    private LogStage(BrokerContext context)
    {
        var (configuration, environment) = (context.Configuration, context.Environment);
        _metadataLogDir = configuration.MetadataLogDir;
        _failure = context.Failure;
        Timers = new TimerWheel(environment.WaitTime ?? environment.Time);
        context.Shutdown.Add("Stopping the timer of waiting requests", Timers);
        Logs = LogManager.Open(new LogManagerOptions
        {
            FileSystem = environment.Files,
            Directories = configuration.LogDirs,
            BrokerConfig = configuration.Values,
            Time = environment.Time,
            Random = environment.Random,
            DirectoryFailed = OnDirectoryFailed,
            LoggerFactory = environment.Loggers,
        });
        context.Shutdown.Add("Closing the logs", () => new ValueTask(Logs.ShutdownAsync(BrokerEpoch)));
        Replicas = new ReplicaManager(configuration, Logs, context.LoggerOf<ReplicaManager>());
        DirectoryFailed += Replicas.OnDirectoryFailed;
    }

    public TimerWheel Timers { get; }

    public LogManager Logs { get; }

    public ReplicaManager Replicas { get; }

    /// <summary>
    /// Raised when a log directory has failed, on the thread that met the failure; its replicas are offline before the later handlers run.
    /// </summary>
    public event Action<LogDirectoryFailure>? DirectoryFailed;

    /// <summary>The epoch that a clean shutdown writes into the log directories; -1 for a broker that was not registered.</summary>
    public long BrokerEpoch { get; set; } = -1;

    /// <summary>The ids of the directories that have failed.</summary>
    public IEnumerable<Uuid> OfflineDirectories() => Logs.Directories.Where(d => d.IsOffline && d.Id is not null).Select(d => d.Id!.Value);

    /// <summary>The ids of the directories that are cordoned.</summary>
    public IEnumerable<Uuid> CordonedDirectories() =>
        Logs.Directories.Where(d => d.IsCordoned && d.Id is not null).Select(d => d.Id!.Value);

    /// <exception cref="BrokerStartException">No directory works, or not that of the metadata log.</exception>
    public static LogStage Open(BrokerContext context)
    {
        var stage = new LogStage(context);
        context.Failure.ThrowIfFailed();
        return stage;
    }

    private void OnDirectoryFailed(LogDirectoryFailure failure)
    {
        // As in Kafka, a broker without its metadata or without any directory for data stops.
        if (failure.NoneLeft || failure.Directory.Path == _metadataLogDir)
            _failure.Fail(failure.Cause);
        DirectoryFailed?.Invoke(failure);
    }
}
