using System.Net;
using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Carries the bytes of one connection. At most one receive and one send at a time, each on any thread; <see cref="Dispose()"/> may be
/// called at any moment from any thread and ends both with an exception or an end of stream. Failures are <see cref="IOException"/>,
/// <see cref="System.Net.Sockets.SocketException"/> or <see cref="ObjectDisposedException"/>.
/// </summary>
public abstract class Transport : IDisposable
{
    /// <summary>The address of the peer; an IPv4 address is never wrapped in IPv6.</summary>
    public abstract IPEndPoint RemoteEndPoint { get; }

    /// <summary>The address the peer connected to.</summary>
    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>
    /// Exchanges what the transport needs before the first receive, such as a TLS handshake; nothing by default. A failure closes the
    /// connection.
    /// </summary>
    public virtual ValueTask OpenAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Receives some bytes; 0 at the end of the stream. <paramref name="wanted"/> is how many the caller needs to go on: a transport that
    /// has to wait may wait for that many bytes, but never for more.
    /// </summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, int wanted = 1);

    /// <summary>Sends all of a batch and empties it.</summary>
    public abstract ValueTask SendAsync(SendBatch batch);

    /// <summary>
    /// Whether the peer has ended its side and nothing is left to receive, in the socket or in the transport itself. Costs a system call
    /// and does not disturb a receive. False where it is not known.
    /// </summary>
    public virtual bool HasPeerLeft => false;

    /// <summary>Shuts down the receiving side: a waiting receive returns the end of the stream. Sending still works.</summary>
    public abstract void ShutdownReceive();

    /// <summary>Ends the stream. The peer receives everything that was sent, then the end.</summary>
    public abstract void ShutdownSend();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
