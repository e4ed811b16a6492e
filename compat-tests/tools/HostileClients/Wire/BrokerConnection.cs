using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Wire;

/// <summary>
/// A blocking connection to the broker. Sending and receiving may be done by two threads. Disposal ends both with an exception (see
/// <see cref="IsEnd"/>).
/// </summary>
internal sealed class BrokerConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _discarded = new byte[64 * 1024];

    public BrokerConnection(IPEndPoint broker, TimeSpan? timeout = null, int receiveBuffer = 0)
    {
        var milliseconds = (int)(timeout ?? TimeSpan.FromMinutes(1)).TotalMilliseconds;
        _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, ReceiveTimeout = milliseconds, SendTimeout = milliseconds, LingerState = new LingerOption(true, 0),
        };
        if (receiveBuffer > 0)
            _socket.ReceiveBufferSize = receiveBuffer;
        _socket.Connect(broker);
    }

    /// <summary>Whether an exception says that the connection ended, was closed here, or that a wait timed out.</summary>
    public static bool IsEnd(Exception e) => e is SocketException or EndOfStreamException or ObjectDisposedException;

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    public void Send(RequestFrame frame) => Send(frame.Bytes);

    /// <summary>The next response, without its size.</summary>
    public byte[] Receive()
    {
        var body = new byte[ReceiveSize()];
        Fill(body);
        return body;
    }

    /// <summary>The size of the next response, whose bytes are read and discarded.</summary>
    public int Discard()
    {
        var size = ReceiveSize();
        for (var left = size; left > 0;)
            left -= Some(_discarded.AsSpan(0, Math.Min(left, _discarded.Length)));
        return size;
    }

    /// <summary>The next response where it is not larger than <paramref name="most"/>, else its size alone.</summary>
    public (int Size, byte[]? Body) ReceiveUpTo(int most)
    {
        var size = ReceiveSize();
        if (size <= most)
        {
            var body = new byte[size];
            Fill(body);
            return (size, body);
        }
        for (var left = size; left > 0;)
            left -= Some(_discarded.AsSpan(0, Math.Min(left, _discarded.Length)));
        return (size, null);
    }

    public TResponse Request<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var frame = RequestFrame.Of<TRequest, TResponse>(request, version);
        Send(frame);
        return (TResponse)frame.Decode(Receive());
    }

    /// <summary>Receives at most as many bytes as the buffer holds; an exception at the end of the connection.</summary>
    public int Some(Span<byte> buffer)
    {
        var count = _socket.Receive(buffer);
        return count > 0 ? count : throw new EndOfStreamException("the broker closed the connection");
    }

    public void Dispose() => _socket.Dispose();

    private int ReceiveSize()
    {
        Span<byte> size = stackalloc byte[4];
        Fill(size);
        return BinaryPrimitives.ReadInt32BigEndian(size);
    }

    private void Fill(Span<byte> buffer)
    {
        while (buffer.Length > 0)
            buffer = buffer[Some(buffer)..];
    }
}
