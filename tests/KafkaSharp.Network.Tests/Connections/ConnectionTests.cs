using System.Text;

namespace KafkaSharp.Network.Tests.Connections;

public sealed class ConnectionTests
{
    [Test]
    public async Task A_frame_is_answered()
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
    public async Task Requests_sent_at_once_are_answered_in_order()
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
    public async Task An_overlapping_request_lets_the_next_be_handled_but_answers_keep_their_order()
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handled = new List<byte>();
        await using var fixture = new ListenerFixture(new DelegateHandler((_, frame) =>
        {
            handled.Add(frame.Span[0]);
            return frame.Span[0] == 1
                ? FrameHandling.Answering(new(first.Task), overlaps: true)
                : FrameHandling.Answered(DelegateHandler.FrameOf(frame.Span));
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
    public async Task A_request_that_does_not_overlap_holds_the_next_until_it_is_answered()
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, frame) => frame.Span[0] == 1
            ? FrameHandling.Answering(new(first.Task))
            : FrameHandling.Answered(DelegateHandler.FrameOf(frame.Span)));
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
    public async Task A_closing_frame_lets_the_answers_before_it_leave([Values] bool waited)
    {
        var first = new TaskCompletionSource<OutgoingFrame?>();
        var handler = new DelegateHandler((_, frame) => frame.Span[0] switch
        {
            1 when waited => FrameHandling.Answering(new(first.Task), overlaps: true),
            1 => FrameHandling.Answered(DelegateHandler.FrameOf([1])),
            _ => FrameHandling.Answered(OutgoingFrame.RentClosing()),
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
}
