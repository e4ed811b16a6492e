using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>Requests as a client sends them, without the length prefix.</summary>
internal static class RawRequest
{
    public static byte[] ListGroups(short version, int correlationId, string clientId = "c") =>
        Of(new ListGroupsRequest(), ListGroupsRequest.ApiKey, version, correlationId, clientId);

    public static byte[] Of<T>(T request, ApiKey key, short version, int correlationId = 1, string? clientId = "c")
        where T : class, IRequest<T>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        writer.WriteInt16((short)key);
        writer.WriteInt16(version);
        writer.WriteInt32(correlationId);
        writer.WriteNullableString(clientId, flexible: false);
        if (ApiVersionRanges.Get(key).RequestHeaderVersion(version) >= 2)
            writer.WriteUnsignedVarint(0);
        request.Write(ref writer, version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }
}
