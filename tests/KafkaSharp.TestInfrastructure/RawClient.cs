using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using NUnit.Framework;

namespace KafkaSharp.TestInfrastructure;

/// <summary>A connection that sends exactly the bytes of the test, or a request in a version. Every wait ends after 30 seconds.</summary>
public sealed class RawClient(Socket socket) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private int _correlationId;

    public Socket Socket { get; } = socket;

    public static async Task<RawClient> ConnectAsync(EndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(s_patience);
        await socket.ConnectAsync(server, patience.Token);
        return new RawClient(socket);
    }

    /// <summary>A frame: the bytes behind their length.</summary>
    public static byte[] Framed(ReadOnlySpan<byte> body)
    {
        var bytes = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, body.Length);
        body.CopyTo(bytes.AsSpan(4));
        return bytes;
    }

    /// <summary>A request with its header, without its length.</summary>
    public static byte[] Request<TRequest>(TRequest request, short version, int correlationId = 7, string clientId = "test")
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        var header = new RequestHeader
        {
            RequestApiKey = (short)TRequest.ApiKey,
            RequestApiVersion = version,
            CorrelationId = correlationId,
            ClientId = clientId,
        };
        header.Write(ref writer, ApiVersionRanges.Get(TRequest.ApiKey).RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (bytes.Length > 0)
            bytes = bytes[await Socket.SendAsync(bytes, patience.Token)..];
    }

    public Task SendFrameAsync(ReadOnlyMemory<byte> body) => SendAsync(Framed(body.Span));

    /// <summary>The next frame without its length, or null where the server closed the connection instead.</summary>
    public async Task<byte[]?> ReadFrameAsync()
    {
        var prefix = await ReadExactlyAsync(4);
        return prefix is null ? null : await ReadExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(prefix));
    }

    /// <summary>Sends a frame and reads the next one, both without their length.</summary>
    public async Task<byte[]> SendAndReadAsync(ReadOnlyMemory<byte> body)
    {
        await SendFrameAsync(body);
        return await ReadFrameAsync() ?? throw new IOException("The server closed the connection instead of responding");
    }

    /// <summary>Sends a request in a version and reads its response.</summary>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var frame = await SendAndReadAsync(Request(request, version, ++_correlationId));
        var reader = new KafkaReader(frame);
        var header = ResponseHeader.Read(ref reader, ApiVersionRanges.Get(TRequest.ApiKey).ResponseHeaderVersion(version));
        Assert.That(header.CorrelationId, Is.EqualTo(_correlationId));
        return TResponse.Read(ref reader, version);
    }

    public async Task<bool> IsClosedByServerAsync() => await ReadFrameAsync() is null;

    public void Dispose() => Socket.Dispose();

    private async Task<byte[]?> ReadExactlyAsync(int count)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            int received;
            try
            {
                received = await Socket.ReceiveAsync(bytes.AsMemory(at), patience.Token);
            }
            catch (SocketException)
            {
                return null;
            }
            if (received == 0)
                return null;
            at += received;
        }
        return bytes;
    }
}
