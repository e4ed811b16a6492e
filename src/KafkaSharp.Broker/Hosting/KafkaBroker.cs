using System.Net;
using System.Reflection;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// A running broker with the controller of its cluster. When <see cref="StartAsync"/> returns, it accepts connections and leads every
/// partition that it can lead. Disposing it finishes the requests in flight, closes the logs in order and unlocks its directories.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_drainTimeoutAfterFailure = TimeSpan.FromSeconds(1);

    private readonly BrokerContext _context;
    private readonly QuorumStage _quorum;
    private readonly ServiceStage _services;
    private readonly BrokerListeners _listeners;
    private readonly ILogger _logger;
    private int _disposed;

    private KafkaBroker(BrokerContext context, QuorumStage quorum, ServiceStage services, BrokerListeners listeners, ILogger logger)
    {
        _context = context;
        _quorum = quorum;
        _services = services;
        _listeners = listeners;
        _logger = logger;
    }

    public string ClusterId => _context.Directories.ClusterId;

    internal ApiTable ApiTable => _services.ApiTable;

    internal MetadataImage Metadata => _quorum.Metadata.Image;

    /// <summary>Completes when the broker cannot continue: its metadata log or its last log directory has failed.</summary>
    public Task Failed => _context.Failure.Task;

    /// <summary>The bound address of each listener, by the listener's name.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> EndPoints => _listeners.All.ToDictionary(l => l.Options.Name, l => l.EndPoint);

    /// <summary>The address for <c>bootstrap.servers</c>: host:port of the first listener for clients.</summary>
    public string BootstrapServers
    {
        get
        {
            var listener = _listeners.All.First(l => !l.Options.IsController);
            var address = listener.EndPoint.Address;
            var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
            return new IPEndPoint(host, listener.Port).ToString();
        }
    }

    private static string Version =>
        typeof(KafkaBroker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>The name of a topic by its id; null if there is none.</summary>
    public string? TopicName(Uuid id) => Metadata.Topics.Topic(id)?.Name;

    /// <exception cref="BrokerStartException">
    /// The reason why it cannot start, in one sentence; nothing is left running or locked.
    /// </exception>
    public static Task<KafkaBroker> StartAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, CancellationToken cancellation = default) =>
        // On the thread pool, so that nothing of the broker runs in the caller's synchronization context (decision 21).
        Task.Run(() => StartOnPoolAsync(configuration, environment, cancellation), CancellationToken.None);

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _disposed, 1) == 0 ? new ValueTask(Task.Run(ShutDownAsync)) : ValueTask.CompletedTask;

    private static async Task<KafkaBroker> StartOnPoolAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, CancellationToken cancellation)
    {
        var logger = environment.Loggers.CreateLogger<KafkaBroker>();
        var started = environment.Time.GetTimestamp();
        foreach (var notice in configuration.UnknownKeys.Concat(configuration.DeprecatedKeys))
            logger.ConfigNotice(notice);
        foreach (var key in configuration.InactiveKeys)
            logger.InactiveConfig(key);
        try
        {
            var broker = await StartStagesAsync(configuration, environment, logger, cancellation);
            logger.Serving(
                string.Join(", ", broker._listeners.All.Select(l => $"{l.Options.Name}://{l.EndPoint}")),
                (long)environment.Time.GetElapsedTime(started).TotalMilliseconds);
            broker.LogAdvertised();
            return broker;
        }
        catch (InvalidDataException e)
        {
            throw new BrokerStartException(
                $"The metadata in {configuration.MetadataLogDir} is damaged: {e.Message}. Restore the directory from a backup.", e);
        }
        catch (Exception e) when (IsForTheOperator(e))
        {
            throw new BrokerStartException(e.Message, e);
        }
    }

    // What differs from the bound addresses decides whether clients elsewhere can connect.
    private void LogAdvertised()
    {
        var bound = EndPoints;
        var differs = _context.Advertised.Broker.Where(advertised => bound[advertised.ListenerName] is var at
            && (advertised.Host != at.Address.ToString() || advertised.Port != at.Port)).ToArray();
        if (differs.Length > 0)
            _logger.Advertises(string.Join(", ", differs.AsEnumerable()));
    }

    private async Task ShutDownAsync()
    {
        _logger.Stopping();
        // Leadership moves to other brokers before clients lose their connections. A broker without its metadata cannot ask for that, and
        // requests that wait for the metadata never end.
        var hasFailed = Failed.IsCompleted;
        if (!hasFailed)
            await _services.ControlledShutdownAsync(s_drainTimeout);
        try
        {
            await _listeners.DrainAsync(hasFailed ? s_drainTimeoutAfterFailure : s_drainTimeout);
        }
        finally
        {
            await _context.Shutdown.DisposeAsync();
        }
        _logger.Stopped();
    }

    private static async Task<KafkaBroker> StartStagesAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, ILogger logger, CancellationToken cancellation)
    {
        DescriptorBudget.OfProcess.EnsureSufficient();
        var directories = LogDirectories.Prepare(configuration, environment.Files, environment.Time, environment.Random, logger);
        logger.Starting(Version, configuration.NodeId, directories.ClusterId, string.Join(", ", configuration.LogDirs));
        var listeners = await BrokerListeners.BindAsync(configuration, environment);
        var context = new BrokerContext(configuration, environment, directories, new AdvertisedEndpoints(configuration, listeners.All));
        try
        {
            var logs = LogStage.Open(context);
            var quorum = await QuorumStage.StartAsync(context, logs);
            var services = await ServiceStage.StartAsync(context, logs, quorum, cancellation);
            logs.Logs.StartTasks();
            foreach (var publisher in listeners.Publishers(logger))
                await quorum.Metadata.AddPublisherAsync(publisher);
            await quorum.Metadata.AddPublisherAsync(new ConfigChangeLog(logger));
            // Until here a full disk is why the broker does not start.
            quorum.Raft.WaitsForSpace = true;
            listeners.Start(services.Dispatcher);
            return new KafkaBroker(context, quorum, services, listeners, logger);
        }
        catch
        {
            await listeners.DisposeAsync();
            await context.Shutdown.DisposeAsync();
            throw;
        }
    }

    private static bool IsForTheOperator(Exception e) =>
        e is ListenerException or IOException or LogDirectoryLockedException or QuorumConfigurationException or ConfigException;
}
