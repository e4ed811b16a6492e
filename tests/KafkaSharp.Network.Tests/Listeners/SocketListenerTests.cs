using System.Net;
using System.Net.Sockets;
using KafkaSharp.Configuration;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Network.Transports;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Listeners;

public sealed class SocketListenerTests
{
    [Test]
    public async Task The_port_of_port_0_is_known_after_binding()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());

        Assert.That(fixture.Listener.Port, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_port_that_is_taken_is_one_clear_sentence()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        var options = new ListenerOptions(new Endpoint("B", SecurityProtocol.Plaintext, "127.0.0.1", fixture.Listener.Port));
        await using var second = ListenerOf(options);

        Assert.That(second.Bind, Throws.TypeOf<ListenerException>().With.Message.EqualTo(
            $"Socket server failed to bind to 127.0.0.1:{fixture.Listener.Port}: Address already in use. "
            + "Stop the process that uses the port, or set another port in listeners."));
    }

    [Test]
    public async Task A_port_is_free_again_at_once_after_connections_were_closed_by_the_server()
    {
        var fixture = new ListenerFixture(DelegateHandler.Echo());
        var port = fixture.Listener.Port;
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await client.ReadFrameAsync();
        await fixture.DisposeAsync();
        Assert.That(await client.IsClosedByServerAsync());

        await using var second = ListenerOf(new ListenerOptions(new Endpoint("B", SecurityProtocol.Plaintext, "127.0.0.1", port)));
        Assert.That(second.Bind, Throws.Nothing);
    }

    [TestCase(SecurityProtocol.Ssl, "SSL")]
    [TestCase(SecurityProtocol.SaslPlaintext, "SASL_PLAINTEXT")]
    [TestCase(SecurityProtocol.SaslSsl, "SASL_SSL")]
    public void Security_that_is_not_served_is_refused(SecurityProtocol protocol, string name) =>
        Assert.That(() => ListenerOf(new ListenerOptions(new Endpoint("SECURE", protocol, "127.0.0.1", 0))),
            Throws.TypeOf<ListenerException>().With.Message.EqualTo(
                $"Listener SECURE is configured with the security protocol {name}, but only PLAINTEXT is served"));

    [Test]
    public async Task No_host_is_every_address_of_both_families()
    {
        await using var listener = ListenerOf(new ListenerOptions(new Endpoint("A", SecurityProtocol.Plaintext, null, 0)));
        listener.Bind();
        listener.Start();
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback }.Where(
            a => a.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6))
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address, listener.Port);
            await Eventually.True(
                () => listener.Connections.Any(c => c.RemoteEndPoint.Address.Equals(address)), $"{address} is seen as it is");
        }
    }

    [Test]
    public async Task An_address_gets_no_more_connections_than_its_limit()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), limits: new ConnectionLimits { MaxConnectionsPerIp = 2 });
        using var first = fixture.Connect();
        using var second = fixture.Connect();
        await Eventually.True(() => fixture.Listener.ConnectionCount == 2, "two are served");
        using var third = fixture.Connect();

        Assert.That(await third.IsClosedByServerAsync());
        Assert.That(fixture.Log.Lines, Has.One.EqualTo(
            "Rejected connection from 127.0.0.1 on PLAINTEXT: the address already has the configured maximum of 2 connections"));
        first.Dispose();
        await Eventually.True(() => fixture.Limits.Total == 1, "one has left");
        using var fourth = fixture.Connect();
        await fourth.SendFrameAsync(new byte[] { 1 });
        Assert.That(await fourth.ReadFrameAsync(), Is.Not.Null);
    }

    [Test]
    public async Task Connections_past_a_limit_wait_until_others_leave([Values] bool ofListener)
    {
        await using var fixture = new ListenerFixture(
            DelegateHandler.Echo(), options => options with { MaxConnections = ofListener ? 1 : int.MaxValue },
            new ConnectionLimits { MaxConnections = ofListener ? int.MaxValue : 1 });
        using var first = fixture.Connect();
        await Eventually.True(() => fixture.Listener.ConnectionCount == 1, "the first is served");
        using var second = fixture.Connect();
        await second.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Log.Lines.Any(line => line.Contains("at its limit")), "the limit is logged");
        Assert.That(fixture.Listener.ConnectionCount, Is.EqualTo(1));

        first.Dispose();

        Assert.That(await second.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task Connections_wait_while_there_are_as_many_as_the_process_has_descriptors_for()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), limits: new ConnectionLimits { Descriptors = 1 });
        using var first = fixture.Connect();
        await Eventually.True(() => fixture.Listener.ConnectionCount == 1, "the first is served");
        using var second = fixture.Connect();
        await second.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Log.Lines.Any(line => line.Contains("limit of open files")), "the limit is logged");
        // A configuration does not add descriptors.
        fixture.Limits.MaxConnections = 100;
        Assert.That(fixture.Listener.ConnectionCount, Is.EqualTo(1));

        first.Dispose();

        Assert.That(await second.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task A_raised_limit_lets_waiting_connections_in()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), limits: new ConnectionLimits { MaxConnections = 1 });
        using var first = fixture.Connect();
        using var second = fixture.Connect();
        await second.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Log.Lines.Any(line => line.Contains("at its limit")), "the limit is logged");

        fixture.Limits.MaxConnections = 2;

        Assert.That(await second.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task The_inter_broker_listener_gets_room_from_the_most_silent_of_the_others()
    {
        var limits = new ConnectionLimits { MaxConnections = 2 };
        await using var clients = new ListenerFixture(DelegateHandler.Echo(), limits: limits);
        await using var brokers = new ListenerFixture(DelegateHandler.Echo(), options => options with { IsProtected = true }, limits);
        using var silent = clients.Connect();
        await Eventually.True(() => limits.Total == 1, "the silent one is served");
        using var busy = clients.Connect();
        await busy.SendFrameAsync(new byte[] { 1 });
        await busy.ReadFrameAsync();

        using var broker = brokers.Connect();
        await broker.SendFrameAsync(new byte[] { 2 });

        Assert.That(await broker.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(await silent.IsClosedByServerAsync());
        await busy.SendFrameAsync(new byte[] { 3 });
        Assert.That(await busy.ReadFrameAsync(), Is.EqualTo(new byte[] { 3 }));
    }

    [Test]
    public async Task Nobody_makes_room_before_there_is_one_too_many()
    {
        var limits = new ConnectionLimits { MaxConnections = 2 };
        await using var clients = new ListenerFixture(DelegateHandler.Echo(), limits: limits);
        await using var brokers = new ListenerFixture(DelegateHandler.Echo(), options => options with { IsProtected = true }, limits);
        using var client = clients.Connect();
        await EchoesAsync(client);
        using var broker = brokers.Connect();
        await EchoesAsync(broker);
        using var second = brokers.Connect();
        await EchoesAsync(second);

        Assert.That(await client.IsClosedByServerAsync());
        await Eventually.True(() => limits.Total == 2, "one has left");
        await EchoesAsync(broker);
    }

    [Test]
    public async Task The_only_listener_is_limited_although_brokers_use_it_too()
    {
        var limits = new ConnectionLimits { MaxConnections = 1 };
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), options => options with { IsProtected = true }, limits);
        using var first = fixture.Connect();
        await EchoesAsync(first);
        using var second = fixture.Connect();
        await second.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Log.Lines.Any(line => line.Contains("at its limit")), "the limit is logged");

        await EchoesAsync(first);
    }

    [Test]
    public async Task A_changed_configuration_changes_every_limit()
    {
        var time = new ManualTimeProvider();
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), time: time);
        using var silent = fixture.Connect();
        await Eventually.True(() => fixture.Listener.Connections.Count == 1, "the silent one is served");
        time.Advance(TimeSpan.FromSeconds(1));
        using var busy = fixture.Connect();
        await EchoesAsync(busy);

        fixture.Limits.Update(Values(("max.connections.per.ip", "1"), ("max.connections.per.ip.overrides", "127.0.0.1:3")));
        using var third = fixture.Connect();
        await EchoesAsync(third);
        using var fourth = fixture.Connect();
        Assert.That(await fourth.IsClosedByServerAsync(), "past the limit of its address");

        fixture.Limits.Update(Values(("listener.name.plaintext.max.connections", "7")));
        Assert.That(fixture.Listener.MaxConnections, Is.EqualTo(7));

        fixture.Limits.Update(Values(("max.connections", "2")));
        Assert.That(await silent.IsClosedByServerAsync(), "one too many by now");
        await EchoesAsync(busy);
        await EchoesAsync(third);

        Assert.That(() => fixture.Limits.Update(Values(("max.connections.per.ip", "0"))), Throws.TypeOf<ConfigException>());
        Assert.That((fixture.Limits.MaxConnections, fixture.Limits.MaxConnectionsPerIp), Is.EqualTo((2, int.MaxValue)), "nothing changed");
    }

    [Test]
    public async Task A_silent_connection_is_closed_after_its_time_also_while_it_waits_for_its_response([Values] bool waits)
    {
        var time = new ManualTimeProvider();
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task)));
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromMinutes(10) }, time: time);
        using var client = fixture.Connect();
        if (waits)
            await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(
            () => fixture.Listener.ConnectionCount == 1
                && fixture.Listener.Connections.First().AwaitsResponse == waits, "the client is here");

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.That(fixture.Listener.ConnectionCount, Is.EqualTo(1));
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(await client.IsClosedByServerAsync());
        await Eventually.True(() => handler.Closed == 1 && fixture.Limits.Total == 0, "nothing of it is left");
    }

    [Test]
    public async Task An_idle_connection_ends_as_Kafka_ends_it_behind_what_was_sent([Values(0, 100, 20_000)] int unfinishedBytes)
    {
        var time = new ManualTimeProvider();
        await using var fixture = new ListenerFixture(
            DelegateHandler.Echo(), options => options with { MaxIdle = TimeSpan.FromMinutes(10) }, time: time);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        // A frame that is not complete: what was received of it must not turn the end of the stream into a reset.
        await client.SendAsync(RawClient.Framed(new byte[60_000]).AsMemory(0, unfinishedBytes));
        await Eventually.True(() => client.Socket.Available == 5, "the response is on its way");

        time.Advance(TimeSpan.FromMinutes(11));

        await Eventually.True(() => fixture.Listener.ConnectionCount == 0, "it is closed");
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await client.Socket.ReceiveAsync(new byte[1]), Is.Zero, "the end of the stream, not a reset");
    }

    [Test]
    public async Task A_transport_is_opened_before_anything_is_received()
    {
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = DelegateHandler.Echo();
        await using var fixture = new ListenerFixture(
            handler, options => options with { Endpoint = options.Endpoint with { SecurityProtocol = SecurityProtocol.Ssl } },
            transports: options => new OpeningFactory(new SocketTransportFactory(options), opening.Task));
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(() => fixture.Listener.ConnectionCount == 1, "the client is here");
        Assert.That(handler.Opened, Is.Zero);

        opening.SetResult();

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task A_transport_that_cannot_be_opened_ends_its_connection_alone()
    {
        var handler = DelegateHandler.Echo();
        await using var fixture = new ListenerFixture(
            handler, options => options with { Endpoint = options.Endpoint with { SecurityProtocol = SecurityProtocol.Ssl } },
            transports: options => new OpeningFactory(
                new SocketTransportFactory(options), Task.FromException(new IOException("no handshake"))));
        using var client = fixture.Connect();

        Assert.That(await client.IsClosedByServerAsync());
        await Eventually.True(() => fixture.Listener.ConnectionCount == 0 && fixture.Limits.Total == 0, "nothing of it is left");
        Assert.That(fixture.Log.Warnings, Is.Empty);
    }

    [Test]
    public async Task A_request_may_wait_for_as_long_as_a_connection_may_be_silent()
    {
        var time = new ManualTimeProvider();
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task)));
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromMinutes(10) }, time: time);
        using var client = fixture.Connect();
        await Eventually.True(() => fixture.Listener.ConnectionCount == 1, "the client is here");
        time.Advance(TimeSpan.FromMinutes(9));
        await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(() => fixture.Listener.Connections.First().AwaitsResponse, "the request waits");

        time.Advance(TimeSpan.FromMinutes(9.5));

        pending.SetResult(DelegateHandler.FrameOf([9]));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 9 }));
    }

    // As Kafka: for the system a client that has left looks the same at first.
    [Test]
    public async Task A_client_that_closes_its_sending_side_receives_the_response_to_a_short_wait()
    {
        var time = new ManualTimeProvider();
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task)));
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromSeconds(-1) }, time: time);
        time.Advance(TimeSpan.FromSeconds(5));
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        client.Socket.Shutdown(SocketShutdown.Send);
        await Eventually.True(() => fixture.Listener.Connections.Any(connection => connection.IsAbandoned), "the end is seen");

        time.Advance(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4.9));

        pending.SetResult(DelegateHandler.FrameOf([9]));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 9 }));
    }

    [Test]
    public async Task A_peer_that_leaves_while_its_request_waits_is_noticed([Values] bool overlaps)
    {
        var time = new ManualTimeProvider();
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task), overlaps));
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromSeconds(-1) }, time: time);
        using var staying = fixture.Connect();
        await staying.SendFrameAsync(new byte[] { 1 });
        using var leaving = fixture.Connect();
        await leaving.SendFrameAsync(new byte[] { 2 });
        await leaving.SendFrameAsync(new byte[] { 3 });
        await Eventually.True(() => fixture.Listener.Connections.Count(c => c.AwaitsResponse) == 2, "both wait");
        if (!overlaps)
            time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(fixture.Listener.ConnectionCount, Is.EqualTo(2), "no connection was closed");

        leaving.Dispose();
        await Eventually.True(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return handler.Closed == 1 && fixture.Limits.Total == 1;
            },
            "it is noticed");

        var late = new Lease();
        var frame = DelegateHandler.FrameOf([9]);
        frame.AddLease(late);
        pending.SetResult(frame);
        await Eventually.True(() => late.IsDisposed, "the response is disposed of");
    }

    [Test]
    public async Task Draining_finishes_the_requests_in_flight_and_takes_no_more()
    {
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, frame) => frame.Span[0] == 1
            ? FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task), overlaps: true)
            : FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span)));
        await using var fixture = new ListenerFixture(handler);
        using var silent = fixture.Connect();
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(() => handler.Frames == 1 && handler.Opened == 2, "the request is handled");

        var draining = fixture.Listener.DrainAsync(TimeSpan.FromMinutes(1));
        Assert.That(await silent.IsClosedByServerAsync());
        Assert.That(draining.IsCompleted, Is.False);
        pending.SetResult(DelegateHandler.FrameOf([7]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 7 }));
        Assert.That(await client.IsClosedByServerAsync());
        await draining;
        Assert.That((handler.Closed, fixture.Listener.ConnectionCount, fixture.Limits.Total), Is.EqualTo((2, 0, 0)));
    }

    [Test]
    public async Task Draining_cuts_what_is_left_at_its_deadline()
    {
        var time = new ManualTimeProvider();
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task)));
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromSeconds(-1) }, time: time);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(() => handler.Frames == 1, "the request is handled");

        var draining = fixture.Listener.DrainAsync(TimeSpan.FromSeconds(30));
        await Eventually.True(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(30));
                return draining.IsCompleted;
            },
            "the deadline is over");
        await draining;

        Assert.That(await client.IsClosedByServerAsync());
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains("did not finish in time"));
        pending.SetResult(null);
    }

    /// <summary>Transports that must be opened first, as those of TLS.</summary>
    private sealed class OpeningFactory(ITransportFactory below, Task opening) : ITransportFactory
    {
        public void Prepare(Socket listening) => below.Prepare(listening);

        public Transport Create(Socket accepted) => new OpeningTransport(below.Create(accepted), opening);
    }

    private sealed class OpeningTransport(Transport below, Task opening) : Transport
    {
        public override IPEndPoint RemoteEndPoint => below.RemoteEndPoint;

        public override IPEndPoint LocalEndPoint => below.LocalEndPoint;

        public override ValueTask OpenAsync() => new(opening);

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1) => below.ReceiveAsync(buffer);

        public override ValueTask SendAsync(SendBatch batch) => below.SendAsync(batch);

        public override void ShutdownReceive() => below.ShutdownReceive();

        public override void ShutdownSend() => below.ShutdownSend();

        protected override void Dispose(bool disposing) => below.Dispose();
    }

    private static ConfigValues Values(params (string Name, string Value)[] given) => ConfigValues.Parse(
        new ConfigSchema(NetworkConfigs.All), given.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static async Task EchoesAsync(RawClient client)
    {
        await client.SendFrameAsync(new byte[] { 5 });
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 5 }));
    }

    private static SocketListener ListenerOf(ListenerOptions options) =>
        new(options, DelegateHandler.Echo(), new ConnectionLimits(), TimeProvider.System, new CollectingLogger());

    private sealed class Lease : IDisposable
    {
        private volatile bool _disposed;

        public bool IsDisposed => _disposed;

        public void Dispose() => _disposed = true;
    }
}
