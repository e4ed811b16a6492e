using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Connections;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MuteTests
{
    private static readonly TimeSpan s_mute = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();

    [Test]
    public async Task The_response_is_sent_and_the_next_request_is_handled_after_the_mute([Values] bool waited, [Values] bool overlaps)
    {
        var first = new TaskCompletionSource<OutgoingFrame?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = Handler(new ValueTask<OutgoingFrame?>(first.Task), overlaps);
        if (!waited)
            first.SetResult(Muting([1]));
        await using var fixture = new ListenerFixture(handler, time: _time);
        using var client = fixture.Connect();

        await client.SendFrameAsync(new byte[] { 1 });
        if (waited)
        {
            await Eventually.True(() => fixture.Listener.Connections.SingleOrDefault()?.AwaitsResponse == true, "the request waits");
            first.SetResult(Muting([1]));
        }
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 1 }));
        await client.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Listener.Connections.Single().IsMuted, "the connection is muted");
        _time.Advance(s_mute - TimeSpan.FromSeconds(1));
        Assert.That(handler.Frames, Is.EqualTo(1));
        await AdvanceUntilAsync(() => handler.Frames == 2);

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task A_request_without_a_response_mutes_too()
    {
        var handler = Handler(new ValueTask<OutgoingFrame?>(OutgoingFrame.RentEmpty(mute: s_mute)), overlaps: true);
        await using var fixture = new ListenerFixture(handler, time: _time);
        using var client = fixture.Connect();

        await client.SendAsync(RawClient.Framed([1]).Concat(RawClient.Framed([2])).ToArray());
        await Eventually.True(() => fixture.Listener.Connections.SingleOrDefault()?.IsMuted == true, "the connection is muted");
        Assert.That(handler.Frames, Is.EqualTo(1));
        await AdvanceUntilAsync(() => handler.Frames == 2);

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task A_muted_connection_is_not_idle()
    {
        var handler = Handler(new ValueTask<OutgoingFrame?>(Muting([1])), overlaps: false);
        await using var fixture = new ListenerFixture(handler, options => options with { MaxIdle = TimeSpan.FromSeconds(10) }, time: _time);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await client.ReadFrameAsync();
        await client.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Listener.Connections.Single().IsMuted, "the connection is muted");

        await AdvanceUntilAsync(() => handler.Frames == 2);

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task Stopping_does_not_wait_for_the_mute([Values] bool drains)
    {
        var handler = Handler(new ValueTask<OutgoingFrame?>(Muting([1])), overlaps: false);
        await using var fixture = new ListenerFixture(handler, time: _time);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await client.ReadFrameAsync();
        await client.SendFrameAsync(new byte[] { 2 });
        await Eventually.True(() => fixture.Listener.Connections.Single().IsMuted, "the connection is muted");

        var connection = fixture.Listener.Connections.Single();
        if (drains)
            connection.Drain();
        else
            connection.Close("test");

        await connection.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(handler.Frames, Is.EqualTo(1));
    }

    private static DelegateHandler Handler(ValueTask<OutgoingFrame?> first, bool overlaps) => new((_, frame) => frame.Span[0] == 1
        ? FrameHandling.Respond(first, overlaps)
        : FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span)));

    private static OutgoingFrame Muting(ReadOnlySpan<byte> body)
    {
        var frame = DelegateHandler.FrameOf(body);
        frame.Mute = s_mute;
        return frame;
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.True(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        "the mute ends");
}
