using System.Net;
using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Carries the bytes of one connection. At most one receive and one send at a time, each on any thread; <see cref="Dispose()"/> may come at any
/// moment from anywhere and ends both with an exception or an end of stream. Failures are <see cref="IOException"/>,
/// <see cref="System.Net.Sockets.SocketException"/> or <see cref="ObjectDisposedException"/>.
/// </summary>
public abstract class Transport : IDisposable
{
    /// <summary>Where the peer is; an IPv4 address is never wrapped in IPv6.</summary>
    public abstract IPEndPoint RemoteEndPoint { get; }

    /// <summary>The address the peer came in on.</summary>
    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>
    /// Receives some bytes; 0 at the end of the stream. <paramref name="wanted"/> is how many the caller can go on with: a transport that has
    /// to wait may wait for as many, but never for more.
    /// </summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1);

    /// <summary>Sends all of a batch and empties it.</summary>
    public abstract ValueTask SendAsync(SendBatch batch);

    /// <summary>
    /// Whether the peer has ended its side and nothing is left to receive. Costs a system call and does not disturb a receive; a transport that
    /// can't tell says no.
    /// </summary>
    public virtual bool HasPeerLeft => false;

    /// <summary>Receives no more: a receive that waits returns with the end of the stream. Sending goes on.</summary>
    public abstract void ShutdownReceive();

    /// <summary>Tells the peer, after all that was sent, that nothing more comes.</summary>
    public abstract void ShutdownSend();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
