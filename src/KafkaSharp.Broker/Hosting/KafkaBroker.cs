using System.Net;
using System.Reflection;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// A running broker with the controller of its cluster built in: what <see cref="StartAsync"/> gives serves, with every partition that was
/// there before led and readable. Disposing it drains, checkpoints and gives its folders back.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(10);

    private readonly BrokerParts _parts;
    private readonly List<SocketListener> _listeners;
    private readonly WorkLanes _lanes;
    private readonly ILogger _logger;
    private int _disposed;

    private KafkaBroker(BrokerParts parts, List<SocketListener> listeners, WorkLanes lanes, ILogger logger)
    {
        _lanes = lanes;
        _parts = parts;
        _listeners = listeners;
        _logger = logger;
    }

    public string ClusterId => _parts.ClusterId;

    internal ApiTable ApiTable => _parts.ApiTable;

    internal MetadataImage Metadata => _parts.Metadata.Image;

    /// <summary>Completes when the broker can't go on by itself: its metadata log or its last log directory has failed.</summary>
    public Task Failed => _parts.Failed;

    /// <summary>Where each listener is bound.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> EndPoints => _listeners.ToDictionary(l => l.Options.Name, l => l.EndPoint);

    /// <summary>What a client is given to find the broker: host:port of the first listener for clients.</summary>
    public string BootstrapServers
    {
        get
        {
            var listener = _listeners.First(l => !l.Options.IsController);
            var address = listener.EndPoint.Address;
            var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
            return new IPEndPoint(host, listener.Port).ToString();
        }
    }

    /// <exception cref="BrokerStartException">Why it can't start, in one sentence; nothing is left running or locked.</exception>
    public static async Task<KafkaBroker> StartAsync(
        BrokerConfiguration configuration, BrokerEnvironment environment, CancellationToken cancellation = default)
    {
        var logger = environment.Loggers.CreateLogger<KafkaBroker>();
        var started = environment.Time.GetTimestamp();
        foreach (var key in configuration.UnknownKeys)
            logger.UnknownConfig(key);
        foreach (var key in configuration.InactiveKeys)
            logger.InactiveConfig(key);

        var directories = LogDirectories.Prepare(configuration, environment.Files, environment.Time, environment.Random, logger);
        logger.Starting(Version, configuration.NodeId, directories.ClusterId, string.Join(", ", configuration.LogDirs));
        var listeners = new List<SocketListener>();
        // The time of turns is the processor's, whatever the broker's clock is.
        var lanes = new WorkLanes(TimeProvider.System);
        BrokerParts? parts = null;
        try
        {
            // Bound before any data is touched: a port in use is said at once. Nobody is served before the last line of this method.
            var dispatcher = new LateDispatcher();
            // As in Kafka the controller's listeners have limits of their own: clients can't keep nodes out.
            var limits = (Clients: ConnectionLimits.From(configuration.Values), Controller: ConnectionLimits.From(configuration.Values));
            foreach (var endpoint in configuration.Listeners)
            {
                var options = ListenerOptions.From(endpoint, configuration.Values) with
                {
                    IsController = configuration.ControllerListenerNames.Contains(endpoint.ListenerName),
                    IsProtected = endpoint.ListenerName == configuration.InterBrokerListenerName,
                };
                var listener = new SocketListener(
                    options, dispatcher, options.IsController ? limits.Controller : limits.Clients, environment.Time,
                    environment.Loggers.CreateLogger<SocketListener>());
                listeners.Add(listener);
                listener.Bind();
            }
            var advertised = new AdvertisedEndpoints(configuration, listeners);
            parts = await BrokerParts.StartAsync(configuration, environment, directories, advertised, cancellation).ConfigureAwait(false);
            await parts.Metadata.AddPublisherAsync(new ConnectionLimitsPublisher(configuration, [limits.Clients, limits.Controller], logger))
                .ConfigureAwait(false);
            var services = new RequestServices(lanes, AllowAllAuthorizer.Instance, environment.Time);
            dispatcher.Handler = new RequestDispatcher(parts.ApiTable, services, environment.Loggers.CreateLogger<RequestDispatcher>());
            foreach (var listener in listeners)
                listener.Start();
        }
        catch (Exception e)
        {
            foreach (var listener in listeners)
                await listener.DisposeAsync().ConfigureAwait(false);
            if (parts is not null)
                await parts.DisposeAsync().ConfigureAwait(false);
            if (IsForTheOperator(e))
                throw new BrokerStartException(e.Message, e);
            throw;
        }
        logger.Serving(
            string.Join(", ", listeners.Select(l => $"{l.Options.Name}://{l.EndPoint}")),
            (long)environment.Time.GetElapsedTime(started).TotalMilliseconds);
        return new KafkaBroker(parts, listeners, lanes, logger);
    }

    private static bool IsForTheOperator(Exception e) =>
        e is ListenerException or IOException or UnauthorizedAccessException or LogDirectoryLockedException or QuorumConfigurationException
            or ConfigException;

    private static string Version =>
        typeof(KafkaBroker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _logger.Stopping();
        // First leave the cluster, so that leadership is elsewhere before clients lose their connections.
        await _parts.LeaveAsync(DrainDeadline).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_listeners.Select(l => l.DrainAsync(DrainDeadline))).ConfigureAwait(false);
        }
        finally
        {
            _lanes.Dispose();
            await _parts.DisposeAsync().ConfigureAwait(false);
        }
        _logger.Stopped();
    }

    /// <summary>Listeners are bound before there is anything to hand a frame to; none is started before there is.</summary>
    private sealed class LateDispatcher : IFrameHandler
    {
        public IFrameHandler? Handler { get; set; }

        public void Opened(Connection connection) => Handler!.Opened(connection);

        public void Closed(Connection connection) => Handler!.Closed(connection);

        public FrameHandling Handle(Connection connection, ReadOnlyMemory<byte> frame) => Handler!.Handle(connection, frame);
    }
}
