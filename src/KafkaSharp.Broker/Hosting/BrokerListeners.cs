using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The listeners of a broker. They are bound before any data is touched, so that a port in use is reported at once, and accept connections
/// when everything behind them has started.
/// </summary>
internal sealed class BrokerListeners : IAsyncDisposable
{
    // The part of the file descriptors for connections that the controller's listeners get, and the most: nodes have few connections.
    private const int ControllerShare = 8;
    private const int MostControllerConnections = 256;

    private readonly BrokerConfiguration _configuration;
    private readonly List<SocketListener> _all = [];
    private readonly DeferredHandler _handler = new();

    // As in Kafka, the controller's listeners have limits of their own: clients cannot keep nodes out.
    private readonly ConnectionLimits _clientLimits;
    private readonly ConnectionLimits _controllerLimits;

    private BrokerListeners(BrokerConfiguration configuration)
    {
        _configuration = configuration;
        var descriptors = DescriptorBudget.OfProcess.Connections;
        var controllers = Math.Clamp(descriptors / ControllerShare, 1, MostControllerConnections);
        _clientLimits = ConnectionLimits.From(configuration.Values, Math.Max(1, descriptors - controllers));
        _controllerLimits = ConnectionLimits.From(configuration.Values, controllers);
    }

    public IReadOnlyList<SocketListener> All => _all;

    public static async Task<BrokerListeners> BindAsync(BrokerConfiguration configuration, BrokerEnvironment environment)
    {
        var listeners = new BrokerListeners(configuration);
        try
        {
            foreach (var endpoint in configuration.Listeners)
                listeners.Bind(endpoint, environment);
            return listeners;
        }
        catch
        {
            await listeners.DisposeAsync();
            throw;
        }
    }

    /// <summary>Updates the limits of connections when their configuration changes.</summary>
    public IMetadataPublisher LimitsPublisher(ILogger logger) =>
        new ConnectionLimitsPublisher(_configuration, [_clientLimits, _controllerLimits], logger);

    /// <summary>Begins to accept connections.</summary>
    public void Start(IFrameHandler handler)
    {
        _handler.Inner = handler;
        foreach (var listener in _all)
            listener.Start();
    }

    /// <summary>Accepts nothing more and completes when the requests in flight have their responses, or after the timeout.</summary>
    public Task DrainAsync(TimeSpan timeout) => Task.WhenAll(_all.Select(listener => listener.DrainAsync(timeout)));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _all)
            await listener.DisposeAsync();
    }

    private void Bind(Endpoint endpoint, BrokerEnvironment environment)
    {
        var options = ListenerOptions.From(endpoint, _configuration.Values) with
        {
            IsController = _configuration.ControllerListenerNames.Contains(endpoint.ListenerName),
            IsProtected = endpoint.ListenerName == _configuration.InterBrokerListenerName,
        };
        var listener = new SocketListener(
            options, _handler, options.IsController ? _controllerLimits : _clientLimits, environment.Time,
            environment.Loggers.CreateLogger<SocketListener>(), environment.Transports?.Invoke(options));
        _all.Add(listener);
        listener.Bind();
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
