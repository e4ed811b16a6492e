using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Network.Listeners;

/// <summary>
/// Accepts connections for one named listener. <see cref="Bind"/> binds the port, <see cref="Start"/> starts to accept,
/// <see cref="DrainAsync"/> stops, lets requests in flight finish and closes the connections that are left at its deadline. Members are
/// thread-safe.
/// </summary>
public sealed class SocketListener : IAsyncDisposable
{
    private const int AcceptRetryMs = 100;

    private static long s_lastId;

    private readonly IFrameHandler _handler;
    private readonly ConnectionLimits _limits;
    private readonly ITransportFactory _transports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, Connection> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;
    private ConnectionSweep? _sweep;
    private int _count;
    private volatile int _maxConnections;

    /// <param name="options">Where and how to listen.</param>
    /// <param name="handler">Handles the frames of all connections.</param>
    /// <param name="limits">The limits of the node, shared by its listeners.</param>
    /// <param name="time">The clock of timeouts.</param>
    /// <param name="logger">The log.</param>
    /// <param name="transports">
    /// Makes the transports of the listener's security protocol; null for plain sockets, which serve PLAINTEXT only.
    /// </param>
    /// <exception cref="ListenerException">The listener's security protocol is not served.</exception>
    public SocketListener(
        ListenerOptions options, IFrameHandler handler, ConnectionLimits limits, TimeProvider time, ILogger logger,
        ITransportFactory? transports = null)
    {
        if (transports is null && options.Endpoint.SecurityProtocol != SecurityProtocol.Plaintext)
        {
            throw new ListenerException(
                $"Listener {options.Name} is configured with the security protocol {options.Endpoint.SecurityProtocol.Name()}, but only " +
                "PLAINTEXT is served");
        }
        _transports = transports ?? new SocketTransportFactory(options);
        Options = options;
        _maxConnections = options.MaxConnections;
        _handler = handler;
        _limits = limits;
        _time = time;
        _logger = logger;
    }

    public ListenerOptions Options { get; }

    /// <summary>The bound address, with the port that the system chose if 0 was configured. Only after <see cref="Bind"/>.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)(_socket?.LocalEndPoint ?? throw new InvalidOperationException("The listener is not bound"));

    public int Port => EndPoint.Port;

    public ICollection<Connection> Connections => _connections.Values;

    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>Connections this listener holds at once; may change while it runs.</summary>
    public int MaxConnections
    {
        get => _maxConnections;
        set
        {
            _maxConnections = value;
            _limits.SignalChange();
        }
    }

    /// <summary>Binds the port. Clients may connect from now on and are served after <see cref="Start"/>.</summary>
    /// <exception cref="ListenerException">The address can't be bound; the message is Kafka's.</exception>
    public void Bind()
    {
        try
        {
            var address = Resolve(Options.Endpoint.Host);
            _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true;
            _transports.Prepare(_socket);
            _socket.Bind(new IPEndPoint(address, Options.Endpoint.Port));
            _socket.Listen(Options.Backlog);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            _socket?.Dispose();
            _socket = null;
            throw new ListenerException(
                $"Socket server failed to bind to {Options.Endpoint.Host ?? "0.0.0.0"}:{Options.Endpoint.Port}: {e.Message}. {Remedy(e)}",
                e);
        }
        _limits.Register(this);
    }

    public void Start()
    {
        if (_socket is null)
            Bind();
        _sweep = new ConnectionSweep(this, _time);
        _accepting = AcceptAsync(_socket!);
        _logger.Listening(Options.Name, EndPoint);
    }

    /// <summary>
    /// Stops accepting, finishes the requests in flight, sends their responses, closes; at the deadline it closes what is left.
    /// </summary>
    public async Task DrainAsync(TimeSpan deadline)
    {
        await StopAcceptingAsync();
        foreach (var connection in Connections)
            connection.Drain();
        var ended = Task.WhenAll(Connections.Select(connection => connection.Completion));
        try
        {
            await ended.WaitAsync(deadline, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _logger.DrainCut(Options.Name, ConnectionCount);
        }
        await DisposeAsync();
    }

    /// <summary>Stops at once. Connections are closed even if they are in use.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAcceptingAsync();
        foreach (var connection in Connections)
            connection.Close("the listener closed");
        _limits.Unregister(this);
    }

    private static string Remedy(Exception fault) => (fault as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "Stop the process that uses the port, or set another port in listeners.",
        SocketError.AddressNotAvailable => "Set an address of this machine in listeners, and the one for clients in advertised.listeners.",
        SocketError.AccessDenied => "Set a port above 1023 in listeners, or give the process the right to bind lower ones.",
        _ => "Set an address and a port that can be bound in listeners.",
    };

    private async Task StopAcceptingAsync()
    {
        await _stopping.CancelAsync();
        _socket?.Dispose();
        await _accepting;
        if (_sweep is not null)
            await _sweep.DisposeAsync();
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await WaitForLimitsAsync();
                Serve(await listening.AcceptAsync(_stopping.Token));
            }
            catch (Exception e) when (_stopping.IsCancellationRequested
                && e is (OperationCanceledException or ObjectDisposedException or SocketException))
            {
                return;
            }
            catch (Exception e)
            {
                // No free file handle, or the peer closed before the accept. Neither ends the listener.
                _logger.AcceptFailed(Options.Name, AcceptRetryMs, e);
                await Task.Delay(TimeSpan.FromMilliseconds(AcceptRetryMs), _time, _stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask WaitForLimitsAsync()
    {
        var logged = false;
        while (_limits.WhyWait(this) is { } change)
        {
            if (!logged && _limits.AreDescriptorsShort)
                _logger.DescriptorLimitReached(Options.Name, _limits.Descriptors);
            else if (!logged)
                _logger.ConnectionLimitReached(Options.Name);
            logged = true;
            await change.WaitAsync(_stopping.Token);
        }
    }

    private void Serve(Socket socket)
    {
        Transport transport;
        try
        {
            transport = _transports.Create(socket);
        }
        catch (SocketException)
        {
            // The peer left before it was served.
            return;
        }
        var address = transport.RemoteEndPoint.Address;
        if (!_limits.TryEnter(address))
        {
            _logger.TooManyFromAddress(address, Options.Name, _limits.MaxFor(address));
            transport.Dispose();
            return;
        }
        var connection = new Connection(Interlocked.Increment(ref s_lastId), Options, transport, _handler, _time, _logger);
        Interlocked.Increment(ref _count);
        _connections[connection.Id] = connection;
        connection.Start(Forget);
    }

    private void Forget(Connection connection)
    {
        if (!_connections.TryRemove(connection.Id, out _))
            return;
        Interlocked.Decrement(ref _count);
        _limits.Leave(connection.RemoteEndPoint.Address);
    }

    private static IPAddress Resolve(string? host)
    {
        if (host is null)
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (IPAddress.TryParse(host, out var address))
            return address;
        // As Java does: IPv4 first where a name has both.
        return Dns.GetHostAddresses(host).OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
    }
}
