using KafkaSharp.Network.Transports;

namespace KafkaSharp.Network.Tests.Transports;

public sealed class MemoryTransportTests
{
    [Test]
    public async Task What_one_end_sends_the_other_receives()
    {
        var (server, client) = MemoryTransport.CreatePair();
        await client.SendAsync("abc"u8.ToArray());
        var buffer = new byte[2];

        Assert.That((await server.ReceiveAsync(buffer), buffer[0], buffer[1]), Is.EqualTo((2, (byte)'a', (byte)'b')));
        Assert.That((await server.ReceiveAsync(buffer), buffer[0]), Is.EqualTo((1, (byte)'c')));
        client.ShutdownSend();
        Assert.That(await server.ReceiveAsync(buffer), Is.Zero);
    }

    [Test]
    public async Task What_is_received_in_pieces_is_what_was_sent(
        [Values(2000, 20_000, 200_000)] int size, [Values(100, 1024, 30_000)] int piece)
    {
        var (server, client) = MemoryTransport.CreatePair();
        var sent = new byte[size];
        new Random(size).NextBytes(sent);
        var received = new byte[size];

        var sending = client.SendAsync(sent).AsTask();
        for (var at = 0; at < size;)
            at += await server.ReceiveAsync(received.AsMemory(at, Math.Min(piece, size - at)));

        await sending;
        Assert.That(received.AsSpan().SequenceEqual(sent));
    }

    [Test]
    public async Task A_full_pipe_holds_the_sender()
    {
        var (server, client) = MemoryTransport.CreatePair(bufferBytes: 100);
        var sending = client.SendAsync(new byte[200]).AsTask();
        Assert.That(sending.IsCompleted, Is.False);

        Assert.That(await server.ReceiveAsync(new byte[200]), Is.EqualTo(200));
        await sending.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task Disposing_ends_both_directions_for_both_ends()
    {
        var (server, client) = MemoryTransport.CreatePair(bufferBytes: 100);
        var receiving = client.ReceiveAsync(new byte[10]).AsTask();
        var sending = client.SendAsync(new byte[200]).AsTask();

        server.Dispose();

        Assert.That(await receiving.WaitAsync(TimeSpan.FromSeconds(20)), Is.Zero);
        Assert.That(async () => await sending.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InstanceOf<IOException>());
        Assert.That(async () => await server.ReceiveAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
    }
}
