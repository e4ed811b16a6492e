using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Connections;

/// <summary>
/// What comes from clients that are broken, slow or hostile: they are closed with at most one line, memory stays flat, others are served.
/// </summary>
public sealed class BadInputTests
{
    [Test]
    public async Task Sizes_that_can_not_be_close_the_connection_with_one_line(
        [Values(-1, int.MinValue, 1_000_001, int.MaxValue)] int size)
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo(), options => options with { MaxFrameBytes = 1_000_000 });
        using var client = fixture.Connect();
        var bytes = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(bytes, size);

        await client.SendAsync(bytes);

        Assert.That(await client.IsClosedByServerAsync());
        await OthersAreServedAsync(fixture);
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains($"{size} bytes"));
    }

    [Test]
    public async Task Requests_before_a_broken_size_still_receive_their_responses()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).Concat(new byte[] { 0xff, 0xff, 0xff, 0xff }).ToArray());

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(await client.IsClosedByServerAsync());
    }

    [TestCase("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "it sent an HTTP request, but this port speaks the Kafka protocol. Connect with a Kafka client")]
    [TestCase("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
        "it begins a TLS handshake, but the listener PLAINTEXT is not encrypted. Set security.protocol=PLAINTEXT in the client, or connect "
            + "to a listener with TLS")]
    public async Task Other_protocols_are_closed_with_one_line_that_says_what_to_do(string text, string reason)
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        using var client = fixture.Connect();

        await client.SendAsync(Encoding.Latin1.GetBytes(text));

        Assert.That(await client.IsClosedByServerAsync());
        await OthersAreServedAsync(fixture);
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains($" on PLAINTEXT from 127.0.0.1:"));
        Assert.That(fixture.Log.Warnings[0], Does.EndWith($" is closed: {reason}"));
    }

    [Test]
    public async Task Random_bytes_close_the_connection_or_receive_a_response_and_never_affect_others()
    {
        var handler = DelegateHandler.Echo();
        await using var fixture = new ListenerFixture(handler);
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            using var client = fixture.Connect();
            var bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
                bytes.AsSpan(0, Math.Min(3, bytes.Length)).Clear();
            try
            {
                await client.SendAsync(bytes);
                client.Socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Closed already.
            }
            while (await client.ReadFrameAsync() is not null)
            {
            }
        }

        await Eventually.True(() => handler.Closed == 200, "all have ended");
        await OthersAreServedAsync(fixture);
        Assert.That(fixture.Log.Warnings, Has.Count.LessThanOrEqualTo(200).And.None.Contains("failed"));
    }

    [Test]
    public async Task A_frame_cut_short_ends_without_a_line([Values(1, 3, 4, 5, 500)] int sent)
    {
        var handler = DelegateHandler.Echo();
        await using var fixture = new ListenerFixture(handler);
        using (var client = fixture.Connect())
            await client.SendAsync(RawClient.Framed(new byte[1000]).AsMemory(0, sent));

        await Eventually.True(() => handler.Closed == 1, "it ended");
        Assert.That((handler.Frames, fixture.Log.Warnings.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_client_that_sends_no_more_still_gets_its_responses()
    {
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task), overlaps: true));
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        client.Socket.Shutdown(SocketShutdown.Send);
        await Eventually.True(() => handler.Frames == 1, "it is handled");

        pending.SetResult(DelegateHandler.FrameOf([5]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 5 }));
        Assert.That(await client.IsClosedByServerAsync());
    }

    [Test]
    public async Task Hundreds_that_claim_much_and_send_little_take_no_memory()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        var clients = Enumerable.Range(0, 300).Select(_ => fixture.Connect()).ToList();
        var claim = new byte[1500];
        BinaryPrimitives.WriteInt32BigEndian(claim, 100 * 1024 * 1024);
        foreach (var client in clients)
            await client.SendAsync(claim);
        await Eventually.True(
            () => fixture.Listener.Connections.Count(c => c.HeldBytes > 1024) == 300, "all claims were read");

        Assert.That(fixture.Listener.Connections.Max(c => c.HeldBytes), Is.LessThanOrEqualTo(66 * 1024));
        await OthersAreServedAsync(fixture);
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task Idle_connections_hold_a_kilobyte_whatever_they_sent_before()
    {
        await using var fixture = new ListenerFixture(DelegateHandler.Echo());
        var clients = Enumerable.Range(0, 100).Select(_ => fixture.Connect()).ToList();
        var body = new byte[200_000];
        foreach (var client in clients)
        {
            var sending = client.SendFrameAsync(body);
            Assert.That(await client.ReadFrameAsync(), Has.Length.EqualTo(body.Length));
            await sending;
        }

        Assert.That(fixture.Listener.Connections.Select(c => c.HeldBytes), Is.All.EqualTo(1024));
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task A_client_that_never_reads_holds_back_its_own_requests_and_nothing_else()
    {
        var (held, most) = (0, 0);
        var responseBytes = new byte[1 << 20];
        await using var fixture = new ListenerFixture(new DelegateHandler((_, frame) =>
        {
            if (frame.Length < 100)
                return FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span));
            var largeFrame = DelegateHandler.FrameOf("big"u8);
            largeFrame.WriteRecords(responseBytes);
            InterlockedMax(ref most, Interlocked.Increment(ref held));
            largeFrame.AddLease(new Lease(() => Interlocked.Decrement(ref held)));
            return FrameHandling.Respond(largeFrame);
        }));
        const int Requests = 60;
        using var client = fixture.Connect(receiveBuffer: 4096);
        var sending = client.SendAsync(Enumerable.Range(0, Requests).SelectMany(_ => RawClient.Framed(new byte[200])).ToArray());
        await Eventually.True(() => Volatile.Read(ref held) > 0, "a response is pending");
        for (var i = 0; i < 20; i++)
            await OthersAreServedAsync(fixture);

        for (var i = 0; i < Requests; i++)
            Assert.That(await client.ReadFrameAsync(), Has.Length.EqualTo(responseBytes.Length + 3));

        await sending;
        await Eventually.True(() => Volatile.Read(ref held) == 0, "all leases are given back");
        Assert.That(most, Is.EqualTo(1), "responses held at once");
    }

    [Test]
    public async Task Overlapping_requests_without_end_are_bounded_too()
    {
        var pendingResponses = new Queue<TaskCompletionSource<OutgoingFrame?>>();
        var most = 0;
        await using var fixture = new ListenerFixture(new DelegateHandler((_, _) =>
        {
            lock (pendingResponses)
            {
                var pending = new TaskCompletionSource<OutgoingFrame?>();
                pendingResponses.Enqueue(pending);
                most = Math.Max(most, pendingResponses.Count);
                return FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task), overlaps: true);
            }
        }));
        using var client = fixture.Connect();
        const int Requests = 5000;
        var sending = client.SendAsync(Enumerable.Range(0, Requests).SelectMany(_ => RawClient.Framed([1])).ToArray());

        for (var done = 0; done < Requests; done++)
        {
            await Eventually.True(() => Count() > 0, "a request is handled");
            lock (pendingResponses)
                pendingResponses.Dequeue().SetResult(DelegateHandler.FrameOf([(byte)done]));
            Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new[] { (byte)done }));
        }

        await sending;
        Assert.That(most, Is.LessThanOrEqualTo(520));

        int Count()
        {
            lock (pendingResponses)
                return pendingResponses.Count;
        }
    }

    [Test]
    public async Task A_response_that_comes_after_the_client_left_is_disposed()
    {
        var pending = new TaskCompletionSource<OutgoingFrame?>();
        var disposed = 0;
        var handler = new DelegateHandler((_, frame) => frame.Span[0] == 1
            ? FrameHandling.Respond(new ValueTask<OutgoingFrame?>(pending.Task), overlaps: true)
            : FrameHandling.Respond(LeasedFrame(() => Interlocked.Increment(ref disposed))));
        await using var fixture = new ListenerFixture(handler);
        using (var client = fixture.Connect())
        {
            await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());
            await Eventually.True(() => handler.Frames == 2, "both are handled");
            client.Socket.LingerState = new LingerOption(true, 0);
        }
        foreach (var connection in fixture.Listener.Connections)
            connection.Close("test");

        pending.SetResult(LeasedFrame(() => Interlocked.Increment(ref disposed)));

        await Eventually.True(() => Volatile.Read(ref disposed) == 2, "both responses are disposed of");
        await Eventually.True(() => handler.Closed == 1, "the connection ended");
    }

    [Test]
    public async Task A_handler_that_throws_closes_its_connection_with_one_line([Values] bool later, [Values] bool overlaps)
    {
        await using var fixture = new ListenerFixture(new DelegateHandler((_, frame) => frame.Span[0] == 1 ? Fail(later, overlaps)
            : FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span))));
        using var client = fixture.Connect();

        await client.SendFrameAsync(new byte[] { 1 });

        Assert.That(await client.IsClosedByServerAsync());
        await Eventually.True(() => fixture.Listener.ConnectionCount == 0, "it ended");
        await OthersAreServedAsync(fixture);
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains("bug in the handler"));
    }

    private static FrameHandling Fail(bool later, bool overlaps) => later
        ? FrameHandling.Respond(FailLaterAsync(), overlaps)
        : throw new IOException("bug in the handler");

    private static async ValueTask<OutgoingFrame?> FailLaterAsync()
    {
        await Task.Yield();
        throw new IOException("bug in the handler");
    }

    private static async Task OthersAreServedAsync(ListenerFixture fixture)
    {
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 42 });
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 42 }), "another client");
    }

    private static OutgoingFrame LeasedFrame(Action disposed)
    {
        var frame = DelegateHandler.FrameOf([1]);
        frame.AddLease(new Lease(disposed));
        return frame;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }

    private sealed class Lease(Action disposed) : IDisposable
    {
        public void Dispose() => disposed();
    }
}
