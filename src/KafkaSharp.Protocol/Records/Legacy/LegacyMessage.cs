using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records.Legacy;

/// <summary>
/// A message of magic 0 or 1 (Kafka's <c>LegacyRecord</c>): offset, size, CRC-32, magic, attributes, in magic 1 a timestamp, then key and
/// value, each preceded by an int32 length.
/// </summary>
internal readonly ref struct LegacyMessage(ReadOnlySpan<byte> bytes)
{
    /// <summary>
    /// The smallest valid value of the size field: that of a magic 0 message with null key and value (Kafka's <c>RECORD_OVERHEAD_V0</c>).
    /// </summary>
    public const int MinSize = 14;

    private const int CrcPosition = 12;
    private const int AttributesPosition = 17;
    private const int TimestampPosition = 18;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public long Offset => BinaryPrimitives.ReadInt64BigEndian(_bytes);
    public byte Magic => _bytes[RecordBatchHeader.MagicPosition];
    public byte Attributes => _bytes[AttributesPosition];
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[CrcPosition..]);
    public long Timestamp => Magic == 0 ? RecordBatchHeader.NoTimestamp : BinaryPrimitives.ReadInt64BigEndian(_bytes[TimestampPosition..]);
    public bool IsLogAppendTime => Magic != 0 && (Attributes & 0x08) != 0;
    public int CompressionId => Attributes & 0x07;

    public TimestampType TimestampType =>
        Magic == 0 ? TimestampType.NoTimestampType : IsLogAppendTime ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    public static RecordsException TooSmall(int size) =>
        new(ErrorCode.CorruptMessage, $"Record size {size} is less than the minimum record overhead ({MinSize})");

    public uint ComputeCrc() => Crc32.Compute(_bytes[RecordBatchHeader.MagicPosition..]);

    /// <summary>Parses key and value. False if a length exceeds the message.</summary>
    public bool TryParse(scoped ref Record record)
    {
        var position = Magic == 0 ? TimestampPosition : TimestampPosition + sizeof(long);
        if (!TryField(ref position, out var key, out var hasKey) || !TryField(ref position, out var value, out var hasValue))
            return false;
        record.SetBody(key, hasKey, value, hasValue);
        return true;
    }

    private bool TryField(scoped ref int position, out ReadOnlySpan<byte> field, out bool present)
    {
        field = default;
        present = false;
        if (_bytes.Length - position < sizeof(int))
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(_bytes[position..]);
        position += sizeof(int);
        if (length == -1)
            return true;
        if (length < 0 || length > _bytes.Length - position)
            return false;
        field = _bytes.Slice(position, length);
        position += length;
        return present = true;
    }
}
