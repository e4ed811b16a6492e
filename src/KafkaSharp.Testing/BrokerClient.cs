using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Testing;

/// <summary>
/// The connection by which a test broker prepares and inspects itself: requests over the wire, in the highest stable version, one at a
/// time. It connects with the first request, and again after the broker has closed the connection. Thread-safe.
/// </summary>
/// <param name="server">The address, asked for at each connection.</param>
/// <param name="clientId">The client id of the requests; faults and recordings leave it out.</param>
/// <param name="connecting">Gets the address from which it connects, before it does.</param>
internal sealed class BrokerClient(Func<IPEndPoint> server, string clientId, Action<IPEndPoint> connecting) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Socket? _socket;
    private int _correlationId;

    /// <exception cref="KafkaTestException">The broker closed the connection instead of responding, or does not run.</exception>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        TRequest request, short? version = null, CancellationToken cancellation = default)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await ExchangeAsync<TRequest, TResponse>(
                request, version ?? ApiVersionRanges.Get(TRequest.ApiKey).HighestStable, cancellation);
        }
        catch (Exception e)
        {
            // What is left of the response must not be taken for the next one.
            Disconnect();
            if (e is SocketException or IOException)
                throw new KafkaTestException($"The test broker did not respond to {TRequest.ApiKey}: {e.Message}", e);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the connection; the next request opens another.</summary>
    public void Disconnect() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    public void Dispose()
    {
        Disconnect();
        _turn.Dispose();
    }

    private async Task<TResponse> ExchangeAsync<TRequest, TResponse>(TRequest request, short version, CancellationToken cancellation)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var correlationId = ++_correlationId;
        if (_socket is { } idle && IsClosedByServer(idle))
            Disconnect();
        var socket = _socket ??= await ConnectAsync(cancellation);
        ReadOnlyMemory<byte> frame = Encode(request, version, correlationId);
        while (frame.Length > 0)
            frame = frame[await socket.SendAsync(frame, cancellation)..];
        var prefix = await ReceiveAsync(socket, 4, cancellation);
        var response = await ReceiveAsync(socket, BinaryPrimitives.ReadInt32BigEndian(prefix), cancellation);
        var reader = new KafkaReader(response);
        ResponseHeader.Read(ref reader, ApiVersionRanges.Get(TRequest.ApiKey).ResponseHeaderVersion(version));
        return TResponse.Read(ref reader, version);
    }

    private byte[] Encode<TRequest>(TRequest request, short version, int correlationId)
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        sink.Write(stackalloc byte[4]);
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
        var frame = sink.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var address = server();
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            connecting((IPEndPoint)socket.LocalEndPoint!);
            await socket.ConnectAsync(address, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Nothing is expected between two requests, so that what can be read is the end of the stream.
    private static bool IsClosedByServer(Socket idle) => idle.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(at), cancellation);
            if (received == 0)
                throw new IOException("the connection was closed");
            at += received;
        }
        return bytes;
    }
}
