using System.Net;
using System.Text;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Connections;

public sealed class ConnectionTests
{
    [Test]
    public async Task A_frame_receives_a_response()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        using var client = fixture.Connect();

        await client.SendFrameAsync("hello"u8.ToArray());

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo("hello"u8.ToArray()));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1019)]
    [TestCase(1020)]
    [TestCase(1021)]
    [TestCase(65_532)]
    [TestCase(1_000_000)]
    [TestCase(9_000_000)]
    public async Task Frames_of_any_size_come_whole_and_leave_whole(int size)
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        using var client = fixture.Connect();
        var body = new byte[size];
        new Random(size).NextBytes(body);

        for (var round = 0; round < 3; round++)
        {
            var sending = client.SendFrameAsync(body);
            Assert.That((await client.ReadFrameAsync()).AsSpan().SequenceEqual(body));
            await sending;
        }
    }

    [Test]
    public async Task Requests_sent_at_once_receive_their_responses_in_order()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        using var client = fixture.Connect();
        var bodies = Enumerable.Range(0, 2000).Select(i => Encoding.ASCII.GetBytes($"{i}".PadRight(i % 97))).ToList();

        var sending = client.SendAsync(bodies.SelectMany(body => RawClient.Framed(body)).ToArray());

        foreach (var body in bodies)
            Assert.That(await client.ReadFrameAsync(), Is.EqualTo(body));
        await sending;
    }

    [Test]
    public async Task An_overlapping_request_lets_the_next_be_handled_but_responses_keep_their_order()
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handled = new List<byte>();
        await using var fixture = new ListenerFixture(new DelegateHandler((_, frame) =>
        {
            handled.Add(frame.Span[0]);
            return frame.Span[0] == 1
                ? FrameHandling.Respond(new ValueTask<OutgoingFrame?>(first.Task), overlaps: true)
                : FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span));
        }));
        using var client = fixture.Connect();

        await client.SendFrameAsync(new byte[] { 1 });
        await client.SendFrameAsync(new byte[] { 2 });
        await TestInfrastructure.Eventually.True(() => handled.Count == 2, "the second request is handled");
        first.SetResult(DelegateHandler.FrameOf([1]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task A_request_that_does_not_overlap_delays_the_next_until_its_response_is_ready()
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, frame) => frame.Span[0] == 1
            ? FrameHandling.Respond(new ValueTask<OutgoingFrame?>(first.Task))
            : FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span)));
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());
        await TestInfrastructure.Eventually.True(() => handler.Frames == 1, "the first request is handled");
        Assert.That(handler.Frames, Is.EqualTo(1));
        first.SetResult(DelegateHandler.FrameOf([1]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task Nothing_is_handled_behind_a_request_that_closed_its_connection()
    {
        var handler = new DelegateHandler((connection, _) =>
        {
            connection.Close("test");
            return FrameHandling.None;
        });
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());

        Assert.That(await client.IsClosedByServerAsync());
        await TestInfrastructure.Eventually.True(() => handler.Closed == 1, "it ended");
        Assert.That(handler.Frames, Is.EqualTo(1));
    }

    [Test]
    public async Task Responses_before_a_closing_frame_are_sent([Values] bool waited)
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, frame) => frame.Span[0] switch
        {
            1 when waited => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(first.Task), overlaps: true),
            1 => FrameHandling.Respond(DelegateHandler.FrameOf([1])),
            _ => FrameHandling.Respond(OutgoingFrame.RentEmpty(closesConnection: true)),
        });
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());
        await TestInfrastructure.Eventually.True(() => handler.Frames == 2, "both are handled");
        first.SetResult(DelegateHandler.FrameOf([1]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await client.IsClosedByServerAsync());
        Assert.That(fixture.Log.Warnings, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_handled_after_a_delayed_response_that_closes()
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(first.Task)));
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());
        await TestInfrastructure.Eventually.True(() => handler.Frames == 1, "the first request is handled");
        first.SetResult(OutgoingFrame.RentEmpty(closesConnection: true));

        Assert.That(await client.IsClosedByServerAsync());
        await TestInfrastructure.Eventually.True(() => handler.Closed == 1, "it ended");
        Assert.That(handler.Frames, Is.EqualTo(1));
    }

    [Test]
    public async Task A_receiver_that_takes_a_little_at_a_time_is_not_silent()
    {
        var time = new ManualTimeProvider();
        var transport = new SlowTransport(RawClient.Framed([1]));
        var options = new ListenerOptions(new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 0));
        var connection = new Connection(1, options, transport, DelegateHandler.Echo(), time, new CollectingLogger());
        connection.Start();
        await TestInfrastructure.Eventually.True(() => transport.Sending is not null, "the response is being sent");

        var before = connection.LastActivity;
        time.Advance(TimeSpan.FromMinutes(5));
        transport.Sending!.Advance(2);
        Assert.That(time.GetElapsedTime(before, connection.LastActivity), Is.EqualTo(TimeSpan.FromMinutes(5)));

        connection.Close("the test is over");
        await connection.Completion;
    }

    [Test]
    public async Task Large_frames_come_through_small_socket_buffers_and_in_drops([Values(-1, 4096)] int socketBuffer)
    {
        await using var fixture = new ListenerFixture(
            DelegateHandler.Echo(), options => options with { ReceiveBufferBytes = socketBuffer, SendBufferBytes = socketBuffer });
        using var client = fixture.Connect();
        var body = new byte[400_000];
        new Random(3).NextBytes(body);
        var bytes = RawClient.Framed(body);

        var sending = SendInDropsAsync();
        Assert.That((await client.ReadFrameAsync()).AsSpan().SequenceEqual(body));
        await sending;
        await client.SendFrameAsync(new byte[] { 1 });
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }), "a small frame is not held back behind a large one");

        async Task SendInDropsAsync()
        {
            for (var at = 0; at < bytes.Length; at += 7001)
                await client.SendAsync(bytes.AsMemory(at, Math.Min(7001, bytes.Length - at)));
        }
    }

    // Provides one request and accepts the response only as the test advances it.
    private sealed class SlowTransport(byte[] request) : Transport
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile SendBatch? _sending;
        private bool _given;

        public SendBatch? Sending => _sending;

        public override IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 1);

        public override IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 2);

        public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1)
        {
            if (_given)
                await _disposed.Task;
            _given = true;
            request.CopyTo(buffer);
            return request.Length;
        }

        public override async ValueTask SendAsync(SendBatch batch)
        {
            _sending = batch;
            await _disposed.Task;
            throw new IOException("The test is over");
        }

        public override void ShutdownReceive()
        {
        }

        public override void ShutdownSend()
        {
        }

        protected override void Dispose(bool disposing) => _disposed.TrySetResult();
    }
}
