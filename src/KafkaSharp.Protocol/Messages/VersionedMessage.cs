using System.Buffers;

namespace KafkaSharp.Protocol.Messages;

/// <summary>
/// A message preceded by its version as int16: subscriptions and assignments of consumers, values of records, principals. Stateless.
/// </summary>
public static class VersionedMessage
{
    /// <exception cref="ProtocolException">The version is unknown, or a field is set that this version does not have.</exception>
    public static byte[] ToArray(IMessage message, short version)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(version);
        message.Write(ref writer, version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }
}
