namespace KafkaSharp.Protocol.Messages;

/// <summary>
/// The format of a record value in <c>__cluster_metadata</c> and its snapshots: three unsigned varints (frame version, record type, message
/// version), then the message, and no further bytes (Kafka's <c>MetadataRecordSerde</c>).
/// </summary>
public static class MetadataRecordFrame
{
    /// <summary>The only valid frame version. A preview version of KRaft used 0.</summary>
    public const short FrameVersion = 1;

    public static void Write(ref KafkaWriter writer, in ApiMessageAndVersion record)
    {
        writer.WriteUnsignedVarint(FrameVersion);
        writer.WriteUnsignedVarint(record.Message.Type);
        writer.WriteUnsignedVarint(record.Version);
        record.Message.Write(ref writer, record.Version);
    }

    /// <exception cref="ProtocolException">
    /// The frame version, the record type or the message version is unknown, or the message is invalid.
    /// </exception>
    public static ApiMessageAndVersion Read(ref KafkaReader reader)
    {
        var frameVersion = ReadInt16(ref reader, "frame version");
        if (frameVersion != FrameVersion)
        {
            throw new ProtocolException(
                $"A metadata record has the unsupported frame version {frameVersion}", ErrorCode.UnsupportedVersion);
        }
        var type = ReadInt16(ref reader, "type");
        var version = ReadInt16(ref reader, "version");
        var message = MetadataRecords.Read(type, version, ref reader)
            ?? throw new ProtocolException($"A metadata record has the unknown type {type}", ErrorCode.UnsupportedVersion);
        if (reader.Remaining > 0)
            throw new ProtocolException($"{reader.Remaining} extra bytes follow a metadata record of type {type}");
        return new(message, version);
    }

    private static short ReadInt16(ref KafkaReader reader, string what)
    {
        var value = reader.ReadUnsignedVarint();
        return value <= short.MaxValue
            ? (short)value
            : throw new ProtocolException($"The {what} of a metadata record is {value}, which exceeds {short.MaxValue}");
    }
}
