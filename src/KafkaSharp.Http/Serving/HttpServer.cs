using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Http.Serving;

/// <summary>
/// A small server of HTTP/1.1 for endpoints of a process (docs/decisions/0031): keep-alive, bodies of known length and in chunks, nothing
/// else. Not for untrusted networks: no TLS, no authentication. Thread-safe.
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    /// <summary>What is waited after a failed accept: without it, a process without free descriptors would try at full CPU.</summary>
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromMilliseconds(100);

    private readonly IConnectionSource _connections;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, Task> _open = new();
    private readonly Func<HttpRequest, CancellationToken, Task<HttpResponse>> _handler;
    private readonly HttpLimits _limits;
    private readonly SemaphoreSlim _slots;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _accepting;
    private bool _isDisposed;

    /// <param name="endpoint">The address and port; port 0 for a free one.</param>
    /// <param name="handler">Serves a request. Its token is cancelled when the server stops.</param>
    /// <param name="time">The clock of the limits.</param>
    /// <param name="logger">Receives what fails in a handler.</param>
    /// <param name="limits">What clients may cost; null for the defaults.</param>
    /// <exception cref="SocketException">The address cannot be used.</exception>
    public HttpServer(
        IPEndPoint endpoint,
        Func<HttpRequest, CancellationToken, Task<HttpResponse>> handler,
        TimeProvider time,
        ILogger logger,
        HttpLimits? limits = null)
        : this(new ListeningSocket(endpoint), handler, time, logger, limits)
    {
    }

    /// <summary>With connections that a test can let fail.</summary>
    internal HttpServer(
        IConnectionSource connections,
        Func<HttpRequest, CancellationToken, Task<HttpResponse>> handler,
        TimeProvider time,
        ILogger logger,
        HttpLimits? limits)
    {
        _connections = connections;
        _handler = handler;
        _time = time;
        _logger = logger;
        _limits = limits ?? new HttpLimits();
        _slots = new SemaphoreSlim(_limits.Connections);
        _accepting = AcceptAsync();
    }

    /// <summary>The address with the port it has.</summary>
    public IPEndPoint EndPoint => _connections.EndPoint;

    /// <summary>Whether a client is connected.</summary>
    internal bool HasConnections => !_open.IsEmpty;

    /// <summary>Closes all connections, also those whose requests are being served.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stopping.CancelAsync();
        _connections.Dispose();
        await _accepting;
        foreach (var socket in _open.Keys)
            socket.Dispose();
        await Task.WhenAll(_open.Values);
        _stopping.Dispose();
        _slots.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stopping.Token);
                Start(await AcceptOneAsync());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && _stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>
    /// The next connection. A failure, as without a free descriptor, is of that moment: it is logged once, and tried again.
    /// </summary>
    private async Task<Socket> AcceptOneAsync()
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await _connections.AcceptAsync(_stopping.Token);
            }
            catch (SocketException e)
            {
                if (failures == 0)
                    _logger.AcceptFailed(e);
            }
            await Task.Delay(s_afterFailure, _time, _stopping.Token);
        }
    }

    private void Start(Socket socket)
    {
        // The task is in the table before it can remove itself.
        var connection = new Task<Task>(() => ServeAsync(socket));
        _open[socket] = connection.Unwrap();
        connection.Start(TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        await new HttpConnection(socket, _handler, _limits, _time, _logger).RunAsync(_stopping.Token);
        socket.Dispose();
        _open.TryRemove(socket, out _);
        _slots.Release();
    }
}
