using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Testing.Connections;

/// <summary>A connection of a client whose responses may be torn or slow. As thread-safe as its inner transport.</summary>
/// <param name="inner">The transport of the socket.</param>
/// <param name="socket">The socket, for bytes that are not whole responses.</param>
/// <param name="owner">Says how slow it is, and forgets it at its end.</param>
internal sealed class FaultyTransport(Transport inner, Socket socket, TestConnections owner) : Transport
{
    private const int NotTorn = -1;

    private int _tearAfter = NotTorn;

    public override IPEndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public override IPEndPoint LocalEndPoint => inner.LocalEndPoint;

    public override bool HasPeerLeft => inner.HasPeerLeft;

    /// <summary>Of what is sent next, only the first bytes leave; then the connection is closed.</summary>
    public void TearNext(int bytes) => Volatile.Write(ref _tearAfter, bytes);

    public override ValueTask OpenAsync() => inner.OpenAsync();

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1) => inner.ReceiveAsync(buffer, wanted);

    public override ValueTask SendAsync(SendBatch batch)
    {
        var tearAfter = Interlocked.Exchange(ref _tearAfter, NotTorn);
        if (tearAfter != NotTorn)
            return TearAsync(batch, tearAfter);
        return owner.SlownessFor(inner.RemoteEndPoint) is { } slowness ? DripAsync(batch, slowness) : inner.SendAsync(batch);
    }

    public override void ShutdownReceive() => inner.ShutdownReceive();

    public override void ShutdownSend() => inner.ShutdownSend();

    protected override void Dispose(bool disposing)
    {
        owner.Forget(this);
        inner.Dispose();
    }

    private static ReadOnlyMemory<byte> Next(SendBatch batch, int most) =>
        batch.Segments[0] is var segment && segment.Length > most ? segment[..most] : segment;

    private async ValueTask TearAsync(SendBatch batch, int bytes)
    {
        while (!batch.IsEmpty && bytes > 0)
        {
            var sent = await socket.SendAsync(Next(batch, bytes), SocketFlags.None);
            batch.Advance(sent);
            bytes -= sent;
        }
        inner.ShutdownSend();
        throw new IOException("A fault has torn the response");
    }

    private async ValueTask DripAsync(SendBatch batch, Slowness slowness)
    {
        while (!batch.IsEmpty)
        {
            batch.Advance(await socket.SendAsync(Next(batch, slowness.Bytes), SocketFlags.None));
            await slowness.PauseAsync();
        }
    }
}
