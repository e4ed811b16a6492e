namespace KafkaSharp.Protocol;

/// <summary>
/// Reads arrays of primitives. The list is allocated once, after its length has been checked against the remaining bytes.
/// </summary>
internal static class PrimitiveListReader
{
    public static List<sbyte> ReadInt8List(ref this KafkaReader reader, bool flexible) =>
        ReadInt8s(ref reader, reader.ReadArrayLength(flexible, sizeof(sbyte)));

    public static List<sbyte>? ReadNullableInt8List(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, sizeof(sbyte));
        return count < 0 ? null : ReadInt8s(ref reader, count);
    }

    private static List<sbyte> ReadInt8s(ref KafkaReader reader, int count)
    {
        var list = new List<sbyte>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadInt8());
        return list;
    }

    public static List<short> ReadInt16List(ref this KafkaReader reader, bool flexible) =>
        ReadInt16s(ref reader, reader.ReadArrayLength(flexible, sizeof(short)));

    public static List<short>? ReadNullableInt16List(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, sizeof(short));
        return count < 0 ? null : ReadInt16s(ref reader, count);
    }

    private static List<short> ReadInt16s(ref KafkaReader reader, int count)
    {
        var list = new List<short>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadInt16());
        return list;
    }

    public static List<int> ReadInt32List(ref this KafkaReader reader, bool flexible) =>
        ReadInt32s(ref reader, reader.ReadArrayLength(flexible, sizeof(int)));

    public static List<int>? ReadNullableInt32List(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, sizeof(int));
        return count < 0 ? null : ReadInt32s(ref reader, count);
    }

    private static List<int> ReadInt32s(ref KafkaReader reader, int count)
    {
        var list = new List<int>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadInt32());
        return list;
    }

    public static List<long> ReadInt64List(ref this KafkaReader reader, bool flexible) =>
        ReadInt64s(ref reader, reader.ReadArrayLength(flexible, sizeof(long)));

    public static List<long>? ReadNullableInt64List(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, sizeof(long));
        return count < 0 ? null : ReadInt64s(ref reader, count);
    }

    private static List<long> ReadInt64s(ref KafkaReader reader, int count)
    {
        var list = new List<long>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadInt64());
        return list;
    }

    public static List<Uuid> ReadUuidList(ref this KafkaReader reader, bool flexible) =>
        ReadUuids(ref reader, reader.ReadArrayLength(flexible, Uuid.Size));

    public static List<Uuid>? ReadNullableUuidList(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, Uuid.Size);
        return count < 0 ? null : ReadUuids(ref reader, count);
    }

    private static List<Uuid> ReadUuids(ref KafkaReader reader, int count)
    {
        var list = new List<Uuid>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadUuid());
        return list;
    }

    public static List<string> ReadStringList(ref this KafkaReader reader, bool flexible) =>
        ReadStrings(ref reader, reader.ReadArrayLength(flexible, flexible ? 1 : 2), flexible);

    public static List<string>? ReadNullableStringList(ref this KafkaReader reader, bool flexible)
    {
        var count = reader.ReadNullableArrayLength(flexible, flexible ? 1 : 2);
        return count < 0 ? null : ReadStrings(ref reader, count, flexible);
    }

    private static List<string> ReadStrings(ref KafkaReader reader, int count, bool flexible)
    {
        var list = new List<string>(count);
        for (; count > 0; count--)
            list.Add(reader.ReadString(flexible));
        return list;
    }
}
