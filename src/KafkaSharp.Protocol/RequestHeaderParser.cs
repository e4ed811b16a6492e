using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol;

/// <summary>
/// Reads the header of a request, whose version follows from the API key and the API version that it begins with (Kafka's
/// <c>RequestHeader.parse</c>). The header version of a version that is not known is that of the newest one, so that such a request can still
/// be answered with UNSUPPORTED_VERSION. A null client id is read as an empty one.
/// </summary>
public static class RequestHeaderParser
{
    /// <exception cref="ProtocolException">The key names no API of Kafka 4, or the bytes are not a header.</exception>
    public static RequestHeader Parse(ref KafkaReader reader, out ApiVersionRange api)
    {
        var ahead = reader;
        var key = ahead.ReadInt16();
        var version = ahead.ReadInt16();
        if (!ApiVersionRanges.TryGet(key, out var range) || !range.Exists)
            throw new ProtocolException($"Unknown API key {key}");
        api = range;
        var header = RequestHeader.Read(ref reader, api.RequestHeaderVersion(version));
        header.ClientId ??= "";
        return header;
    }
}
