using System.Buffers;
using System.Buffers.Binary;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Wire;

/// <summary>
/// A request as it is sent, encoded once, and the way to read its response: <paramref name="Decode"/> takes it whole, without its size.
/// </summary>
internal sealed record RequestFrame(byte[] Bytes, ApiKey Api, short Version, Func<ReadOnlyMemory<byte>, object> Decode)
{
    public const string ClientId = "hostile";

    public static RequestFrame Of<TRequest, TResponse>(TRequest request, short version, string clientId = ClientId)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse> =>
        new(Encode(request, version, clientId), TRequest.ApiKey, version, body => Read<TResponse>(body, version));

    private static byte[] Encode<TRequest>(TRequest request, short version, string clientId)
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        writer.WriteInt32(0);
        new RequestHeader { RequestApiKey = (short)TRequest.ApiKey, RequestApiVersion = version, CorrelationId = 1, ClientId = clientId }
            .Write(ref writer, ApiVersionRanges.Get(TRequest.ApiKey).RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        var frame = sink.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    private static TResponse Read<TResponse>(ReadOnlyMemory<byte> body, short version)
        where TResponse : class, IResponse<TResponse>
    {
        var reader = new KafkaReader(body);
        ResponseHeader.Read(ref reader, ApiVersionRanges.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
        return TResponse.Read(ref reader, version);
    }
}
