using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests.Connections;

public sealed class TwoStageTests
{
    [Test]
    public async Task The_next_frame_is_handled_when_the_first_stage_has_finished_and_the_memory_is_valid_until_then(
        [Values(10, 50_000)] int size, [Values] bool overlaps)
    {
        var stage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var response = new TaskCompletionSource<OutgoingFrame?>(TaskCreationOptions.RunContinuationsAsynchronously);
        ReadOnlyMemory<byte> held = default;
        var handler = new DelegateHandler((_, frame) =>
        {
            if (frame.Span[0] != 2)
                return FrameHandling.Respond(DelegateHandler.FrameOf(frame.Span));
            held = frame;
            return FrameHandling.Respond(new ValueTask<OutgoingFrame?>(response.Task), overlaps, stage.Task);
        });
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(Frames(Body(1, size), Body(2, size), Body(3, size)));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(Body(1, size)), "an earlier response is not held back");
        await Eventually.True(() => handler.Frames == 2, "the second request is handled");
        Assert.That(held.Span.SequenceEqual(Body(2, size)), "its memory is valid");
        stage.SetResult();
        if (overlaps)
            await Eventually.True(() => handler.Frames == 3, "the third request is handled before the second has its response");
        response.SetResult(DelegateHandler.FrameOf([2]));

        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(await client.ReadFrameAsync(), Is.EqualTo(Body(3, size)));
    }

    [Test]
    public async Task A_first_stage_that_fails_ends_the_connection_by_its_response()
    {
        var handler = new DelegateHandler((_, _) =>
        {
            var failing = Task.FromException<OutgoingFrame?>(new InvalidOperationException("bug"));
            return FrameHandling.Respond(new ValueTask<OutgoingFrame?>(failing), dispatched: failing);
        });
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendFrameAsync(new byte[] { 1 });

        Assert.That(await client.IsClosedByServerAsync());
        await Eventually.True(() => handler.Closed == 1, "it ended");
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains("bug"));
    }

    [Test]
    public async Task A_closed_connection_ends_only_when_the_first_stage_has_finished()
    {
        var stage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new DelegateHandler((_, _) => FrameHandling.Respond(
            new ValueTask<OutgoingFrame?>(WaitAsync(stage.Task)), dispatched: stage.Task));
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();
        await client.SendFrameAsync(new byte[] { 1 });
        await Eventually.True(() => handler.Frames == 1, "the request is handled");

        var connection = fixture.Listener.Connections.Single();
        connection.Close("test");
        Assert.That(await client.IsClosedByServerAsync());
        Assert.That(connection.Completion.IsCompleted, Is.False, "the frame's memory is in use");

        stage.SetResult();
        await connection.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(handler.Closed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_frame_that_was_taken_stays_valid_while_others_are_handled([Values(10, 50_000)] int size)
    {
        var taken = new List<(ReadOnlyMemory<byte> Frame, IDisposable Owner)>();
        var handler = new DelegateHandler((connection, frame) =>
        {
            taken.Add((frame, connection.TakeFrame()));
            return FrameHandling.Respond(DelegateHandler.FrameOf([(byte)taken.Count]));
        });
        await using var fixture = new ListenerFixture(handler);
        using var client = fixture.Connect();

        await client.SendAsync(Frames([.. Enumerable.Range(1, 5).Select(number => Body((byte)number, size))]));
        for (byte number = 1; number <= 5; number++)
            Assert.That(await client.ReadFrameAsync(), Is.EqualTo(new[] { number }));

        for (var i = 0; i < 5; i++)
            Assert.That(taken[i].Frame.Span.SequenceEqual(Body((byte)(i + 1), size)), $"frame {i + 1}");
        foreach (var (_, owner) in taken)
            owner.Dispose();
    }

    private static async Task<OutgoingFrame?> WaitAsync(Task task)
    {
        await task;
        return null;
    }

    private static byte[] Body(byte number, int size)
    {
        var body = new byte[size];
        Array.Fill(body, number);
        return body;
    }

    private static byte[] Frames(params byte[][] bodies) => [.. bodies.SelectMany(body => RawClient.Framed(body))];
}
