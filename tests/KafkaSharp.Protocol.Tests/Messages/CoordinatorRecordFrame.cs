using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>
/// Keys and values of the coordinators' logs: a key is preceded by its record type, a value by its version, both int16 (Kafka's
/// <c>CoordinatorRecordSerde</c>). The record types of each log are in <c>GroupRecords</c>, <c>TransactionRecords</c> and
/// <c>ShareRecords</c>.
/// </summary>
internal static class CoordinatorRecordFrame
{
    private const short KeyVersion = 0;

    public static void WriteKey(ref KafkaWriter writer, IRecordMessage key)
    {
        writer.WriteInt16(key.Type);
        key.Write(ref writer, KeyVersion);
    }

    public static void WriteValue(ref KafkaWriter writer, in ApiMessageAndVersion value)
    {
        writer.WriteInt16(value.Version);
        value.Message.Write(ref writer, value.Version);
    }

    /// <summary>The key, or null for an unknown record type. Such records are skipped.</summary>
    /// <exception cref="ProtocolException">The bytes are not a key.</exception>
    public static IRecordMessage? ReadKey(ref KafkaReader reader, RecordRead read) => read(reader.ReadInt16(), KeyVersion, ref reader);

    /// <summary>The value for a key of the given type, or null for an unknown type.</summary>
    /// <exception cref="ProtocolException">The bytes are not a value, or its version is unknown.</exception>
    public static ApiMessageAndVersion? ReadValue(ref KafkaReader reader, short type, RecordRead read)
    {
        var version = reader.ReadInt16();
        return read(type, version, ref reader) is { } message ? new(message, version) : null;
    }
}
