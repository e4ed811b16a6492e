using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace WireProbe;

/// <summary>
/// A connection that sends one request at a time and waits for its response without retries. A wait of 30 seconds causes an exception.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000,
    };
    private int _correlationId;

    public WireConnection(IPEndPoint broker) => _socket.Connect(broker);

    public TResponse Ask<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        Send(request, version);
        return Receive<TResponse>(version);
    }

    public void Send<TRequest>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest> => _socket.Send(Encode(request, version, ++_correlationId));

    /// <summary>The response to the last request.</summary>
    public TResponse Receive<TResponse>(short version)
        where TResponse : class, IResponse<TResponse>
    {
        var size = BinaryPrimitives.ReadInt32BigEndian(Receive(4));
        var reader = new KafkaReader(Receive(size));
        var header = ResponseHeader.Read(ref reader, ApiVersionRanges.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
        if (header.CorrelationId != _correlationId)
            throw new InvalidDataException("the response has another correlation id");
        return TResponse.Read(ref reader, version);
    }

    /// <summary>The bytes of a request, preceded by its size.</summary>
    public static byte[] Encode<TRequest>(TRequest request, short version, int correlationId)
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        writer.WriteInt32(0);
        new RequestHeader
        {
            RequestApiKey = (short)TRequest.ApiKey, RequestApiVersion = version, CorrelationId = correlationId, ClientId = "wire-probe",
        }.Write(ref writer, ApiVersionRanges.Get(TRequest.ApiKey).RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        var frame = sink.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var more = _socket.Receive(bytes.AsSpan(got));
            if (more == 0)
                throw new EndOfStreamException("the broker closed the connection");
            got += more;
        }
        return bytes;
    }
}
