using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Network;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The listeners of a broker. They are bound before any data is touched, so that a port in use is reported at once, and accept connections
/// when everything behind them has started. Those of clients change with the dynamic <c>listeners</c> of the broker. Thread-safe.
/// </summary>
internal sealed class BrokerListeners : IAsyncDisposable
{
    // The part of the file descriptors for connections that the controller's listeners get, and the most: nodes have few connections.
    private const int ControllerShare = 8;
    private const int MostControllerConnections = 256;

    private readonly BrokerConfiguration _configuration;
    private readonly BrokerEnvironment _environment;
    private readonly Lock _lock = new();
    private readonly List<SocketListener> _all = [];
    private readonly List<Task> _closing = [];
    private readonly DeferredHandler _handler = new();
    private bool _isStopping;

    // As in Kafka, the controller's listeners have limits of their own: clients cannot keep nodes out.
    private readonly ConnectionLimits _clientLimits;
    private readonly ConnectionLimits _controllerLimits;

    private BrokerListeners(BrokerConfiguration configuration, BrokerEnvironment environment)
    {
        (_configuration, _environment) = (configuration, environment);
        var descriptors = DescriptorBudget.OfProcess.Connections;
        var controllers = Math.Clamp(descriptors / ControllerShare, 1, MostControllerConnections);
        _clientLimits = ConnectionLimits.From(configuration.Values, Math.Max(1, descriptors - controllers));
        _controllerLimits = ConnectionLimits.From(configuration.Values, controllers);
    }

    public IReadOnlyList<SocketListener> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public static async Task<BrokerListeners> BindAsync(BrokerConfiguration configuration, BrokerEnvironment environment)
    {
        var listeners = new BrokerListeners(configuration, environment);
        try
        {
            foreach (var endpoint in configuration.Listeners)
                listeners.Bind(endpoint, configuration.Values);
            return listeners;
        }
        catch
        {
            await listeners.DisposeAsync();
            throw;
        }
    }

    /// <summary>Update the listeners, then the limits of connections, when their configuration changes.</summary>
    public IEnumerable<IMetadataPublisher> Publishers(ILogger logger) =>
    [
        new ListenersPublisher(_configuration, this, logger),
        new ConnectionLimitsPublisher(_configuration, [_clientLimits, _controllerLimits], logger),
    ];

    /// <summary>Begins to accept connections.</summary>
    public void Start(IFrameHandler handler)
    {
        lock (_lock)
        {
            _handler.Inner = handler;
            foreach (var listener in _all)
                listener.Start();
        }
    }

    /// <summary>
    /// Closes the listeners for clients whose names are not wanted any more, with their connections, and opens those whose names are new
    /// (Kafka's <c>DynamicListenerConfig</c>). A listener of the same name stays as it is, whatever its address. One that cannot be opened
    /// is logged.
    /// </summary>
    public void Update(ConfigValues values, ILogger logger)
    {
        var wanted = ListenerEndpoints.Of(values, NetworkConfigs.Listeners);
        lock (_lock)
        {
            if (_isStopping)
                return;
            var unwanted = _all.ExceptBy(wanted.Select(endpoint => endpoint.ListenerName), open => open.Options.Name);
            foreach (var listener in unwanted.Where(open => !open.Options.IsController).ToList())
            {
                _all.Remove(listener);
                _closing.Add(listener.DisposeAsync().AsTask());
                logger.ListenerClosed(listener.Options.Name);
            }
            var missing = wanted.ExceptBy(_all.Select(open => open.Options.Name), endpoint => endpoint.ListenerName);
            foreach (var endpoint in missing.ToList())
                Open(endpoint, values, logger);
        }
    }

    /// <summary>Accepts nothing more and completes when the requests in flight have their responses, or after the timeout.</summary>
    public Task DrainAsync(TimeSpan timeout) => Task.WhenAll(Stop().Select(listener => listener.DrainAsync(timeout)));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in Stop())
            await listener.DisposeAsync();
        await Task.WhenAll(_closing);
    }

    private IReadOnlyList<SocketListener> Stop()
    {
        lock (_lock)
            _isStopping = true;
        return All;
    }

    private void Open(Endpoint endpoint, ConfigValues values, ILogger logger)
    {
        try
        {
            var listener = Bind(endpoint, values);
            if (_handler.Inner is not null)
                listener.Start();
        }
        catch (ListenerException e)
        {
            logger.ListenerNotOpened(endpoint.ListenerName, e.Message);
        }
    }

    private SocketListener Bind(Endpoint endpoint, ConfigValues values)
    {
        var options = ListenerOptions.From(endpoint, values) with
        {
            IsController = _configuration.ControllerListenerNames.Contains(endpoint.ListenerName),
            IsProtected = endpoint.ListenerName == _configuration.InterBrokerListenerName,
        };
        var listener = new SocketListener(
            options, _handler, options.IsController ? _controllerLimits : _clientLimits, _environment.Time,
            _environment.Loggers.CreateLogger<SocketListener>(), _environment.Transports?.Invoke(options));
        listener.Bind();
        _all.Add(listener);
        return listener;
    }

    /// <summary>The listeners need a handler when they are constructed; the real one exists when the broker has started.</summary>
    private sealed class DeferredHandler : IFrameHandler
    {
        public IFrameHandler? Inner { get; set; }

        public void Opened(Connection connection) => Inner!.Opened(connection);

        public void Closed(Connection connection) => Inner!.Closed(connection);

        public FrameHandling Handle(Connection connection, ReadOnlyMemory<byte> frame) => Inner!.Handle(connection, frame);
    }
}
