using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>A message preceded by its version as int16: the consumer protocol, default principals, producer snapshots.</summary>
internal static class VersionedData
{
    public static void Write(ref KafkaWriter writer, IMessage message, short version)
    {
        writer.WriteInt16(version);
        message.Write(ref writer, version);
    }

    /// <exception cref="ProtocolException">The bytes are not the message, or its version is unknown.</exception>
    public static T Read<T>(ref KafkaReader reader, out short version)
        where T : class, IMessage<T>
    {
        version = reader.ReadInt16();
        return T.Read(ref reader, version);
    }

    /// <summary>
    /// Reads a format whose later versions only append fields, like the consumer protocol. A version greater than the highest known one is
    /// read as the highest, and further bytes are ignored.
    /// </summary>
    /// <exception cref="ProtocolException">The bytes are not the message, or the version is below the lowest.</exception>
    public static T ReadForwardCompatible<T>(ref KafkaReader reader, out short version)
        where T : class, IMessage<T>
    {
        version = reader.ReadInt16();
        return T.Read(ref reader, Math.Min(version, T.HighestVersion));
    }
}
