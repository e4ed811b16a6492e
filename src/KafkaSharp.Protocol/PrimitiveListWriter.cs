namespace KafkaSharp.Protocol;

/// <summary>Writes arrays of primitives.</summary>
internal static class PrimitiveListWriter
{
    public static void WriteInt8List(ref this KafkaWriter writer, List<sbyte>? list, bool flexible) =>
        writer.WriteNullableInt8List(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableInt8List(ref this KafkaWriter writer, List<sbyte>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteInt8(item);
    }

    public static void WriteInt16List(ref this KafkaWriter writer, List<short>? list, bool flexible) =>
        writer.WriteNullableInt16List(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableInt16List(ref this KafkaWriter writer, List<short>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteInt16(item);
    }

    public static void WriteInt32List(ref this KafkaWriter writer, List<int>? list, bool flexible) =>
        writer.WriteNullableInt32List(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableInt32List(ref this KafkaWriter writer, List<int>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteInt32(item);
    }

    public static void WriteInt64List(ref this KafkaWriter writer, List<long>? list, bool flexible) =>
        writer.WriteNullableInt64List(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableInt64List(ref this KafkaWriter writer, List<long>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteInt64(item);
    }

    public static void WriteUuidList(ref this KafkaWriter writer, List<Uuid>? list, bool flexible) =>
        writer.WriteNullableUuidList(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableUuidList(ref this KafkaWriter writer, List<Uuid>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteUuid(item);
    }

    public static void WriteStringList(ref this KafkaWriter writer, List<string>? list, bool flexible) =>
        writer.WriteNullableStringList(list ?? throw ProtocolException.Null(), flexible);

    public static void WriteNullableStringList(ref this KafkaWriter writer, List<string>? list, bool flexible)
    {
        writer.WriteArrayLength(list?.Count ?? -1, flexible);
        foreach (var item in list ?? [])
            writer.WriteString(item, flexible);
    }
}
