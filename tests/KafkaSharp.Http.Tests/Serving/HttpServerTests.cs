using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaSharp.Http.Serving;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Http.Tests.Serving;

/// <summary>The server over real sockets: with .NET's own client, and with bytes that no good client sends.</summary>
internal sealed class HttpServerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource<CancellationToken> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CollectingLogger _log = null!;
    private HttpServer _server = null!;

    [SetUp]
    public void Start()
    {
        _log = new CollectingLogger();
        _server = new HttpServer(
            new IPEndPoint(IPAddress.Loopback, 0), HandleAsync, _time, _log,
            new HttpLimits { HeadBytes = 1024, BodyBytes = 10_000, Connections = 3, Idle = TimeSpan.FromSeconds(5) });
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task Requests_are_served_one_after_another_on_a_connection()
    {
        var answers = await ExchangeAsync("GET /a?x=1%202+3 HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
            + "GET /c HTTP/1.1\r\nConnection: close\r\n\r\n");
        Assert.That(BodiesOf(answers), Is.EqualTo(new[] { "GET /a x=1 2 3 []", "POST /b [hi]", "GET /c []" }));
        Assert.That(answers, Does.StartWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"));
    }

    [Test]
    public async Task A_body_may_come_in_chunks()
    {
        var answers = await ExchangeAsync("POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n");
        Assert.That(BodiesOf(answers), Is.EqualTo(new[] { "POST /b [abc0123456789]" }));
    }

    [Test]
    public async Task The_client_of_dotnet_is_served()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{_server.EndPoint}") };
        var text = new string('x', 9000);
        for (var i = 0; i < 3; i++)
        {
            var response = await client.PostAsync($"/n{i}", new StringContent(text));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"POST /n{i} [{text}]"));
        }
        Assert.That((await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/h"))).Content.Headers.ContentLength, Is.EqualTo(10));
    }

    [Test]
    public async Task A_client_that_waits_for_leave_to_send_gets_it()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "POST /b HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
        var received = new byte[25];
        await socket.ReceiveAsync(received).WaitAsync(s_patience);
        Assert.That(Encoding.ASCII.GetString(received), Is.EqualTo("HTTP/1.1 100 Continue\r\n\r\n"));
        await SendAsync(socket, "hi");
        Assert.That(BodiesOf(await ReceiveAsync(socket)), Is.EqualTo(new[] { "POST /b [hi]" }));
    }

    [TestCase("GET / HTTP/2\r\n\r\n", 505)]
    [TestCase("GET /\r\n\r\n", 400)]
    [TestCase("\r\n\r\n", 400)]
    [TestCase("GET http://h/ HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\nno header\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\nContent-Length : 1\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 10001\r\n\r\n", 413)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413)]
    [TestCase("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", 413)]
    [TestCase("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", 400)]
    [TestCase("GET / HTTP/1.1\r\nOrigin: http://page\r\nConnection: close\r\n\r\n", 403)]
    public async Task What_is_no_good_request_is_refused_and_the_connection_closed(string request, int status)
    {
        var answer = await ExchangeAsync(request);
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status} ").And.Contain("application/problem+json"));
    }

    [Test]
    public async Task Headers_without_end_are_refused() =>
        Assert.That(await ExchangeAsync("GET / HTTP/1.1\r\nX: " + new string('x', 1100)), Does.StartWith("HTTP/1.1 431 "));

    [Test]
    public async Task A_handler_that_fails_is_logged_and_the_client_told()
    {
        var answer = await ExchangeAsync("GET /fail HTTP/1.1\r\nConnection: close\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 500 ").And.Contain("GET /fail failed: no"));
        Assert.That(_log.Warnings, Has.Some.Contains("GET /fail"));
    }

    [Test]
    public async Task An_idle_connection_is_closed()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "GET / HTTP/1.1\r\n");
        await Eventually.True(() => _time.ActiveTimers == 1, "the server waits for the request");
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.That(await ReceiveAsync(socket), Is.Empty);
    }

    [Test]
    public async Task A_client_that_does_not_read_its_response_loses_the_connection()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "GET /large HTTP/1.1\r\n\r\n");
        await Eventually.True(() => socket.Available > 0 && _time.ActiveTimers == 1, "the server sends");
        await Eventually.True(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(6));
                return !_server.HasConnections;
            },
            "the server has closed the connection");
    }

    [Test]
    public async Task A_failed_accept_is_logged_once_and_tried_again()
    {
        using var listener = new FailingListener(failures: 3);
        await using var server = new HttpServer(listener, HandleAsync, _time, _log, limits: null);
        await Eventually.True(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return listener.Tries == 4;
            },
            "the server tries until it succeeds");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint);
        await SendAsync(socket, "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n");
        Assert.That(BodiesOf(await ReceiveAsync(socket)), Is.EqualTo(new[] { "GET /a []" }));
        Assert.That(_log.Warnings.Count(warning => warning.Contains("cannot accept")), Is.EqualTo(1));
    }

    [Test]
    public async Task Connections_beyond_the_limit_wait()
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ConnectAsync()));
        foreach (var socket in sockets)
            await SendAsync(socket, "GET / HTTP/1.1\r\n\r\n");
        await Task.WhenAll(sockets[..3].Select(socket => socket.ReceiveAsync(new byte[1])));
        Assert.That(sockets[3].Available, Is.Zero);
        sockets[0].Dispose();
        await sockets[3].ReceiveAsync(new byte[1]).WaitAsync(s_patience);
        foreach (var socket in sockets)
            socket.Dispose();
    }

    [Test]
    public async Task The_end_of_the_server_ends_requests_that_are_being_served()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "GET /hold HTTP/1.1\r\n\r\n");
        var stopping = await _held.Task.WaitAsync(s_patience);
        await _server.DisposeAsync().AsTask().WaitAsync(s_patience);
        Assert.That(stopping.IsCancellationRequested, Is.True);
        Assert.That(await ReceiveAsync(socket), Is.Empty);
    }

    private async Task<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.Path == "/fail")
            throw new InvalidOperationException("no");
        if (request.Path == "/hold")
        {
            _held.SetResult(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        if (request.Path == "/large")
            return new HttpResponse(200, "text/plain", new byte[64 << 20]);
        var query = string.Concat(request.Query.Select(pair => $" {pair.Key}={pair.Value}"));
        var text = $"{request.Method} {request.Path}{query} [{Encoding.UTF8.GetString(request.Body.Span)}]";
        return new HttpResponse(200, "text/plain", Encoding.UTF8.GetBytes(text));
    }

    private async Task<string> ExchangeAsync(string requests)
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, requests);
        socket.Shutdown(SocketShutdown.Send);
        return await ReceiveAsync(socket);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_server.EndPoint);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    // Until the server closes the connection; what it sent before a reset counts too.
    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(s_patience)) > 0;)
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // A reset.
        }
        return text.ToString();
    }

    private static IEnumerable<string> BodiesOf(string answers) =>
        answers.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries).Select(answer => answer[(answer.IndexOf("\r\n\r\n") + 4)..]);

    /// <summary>A listener whose first accepts fail as those of a process without free descriptors.</summary>
    private sealed class FailingListener(int failures) : IConnectionSource
    {
        private readonly ListeningSocket _inner = new(new IPEndPoint(IPAddress.Loopback, 0));
        private int _tries;

        public int Tries => Volatile.Read(ref _tries);

        public IPEndPoint EndPoint => _inner.EndPoint;

        public ValueTask<Socket> AcceptAsync(CancellationToken cancellation) =>
            Interlocked.Increment(ref _tries) <= failures
                ? throw new SocketException((int)SocketError.TooManyOpenSockets)
                : _inner.AcceptAsync(cancellation);

        public void Dispose() => _inner.Dispose();
    }
}
