namespace KafkaSharp.Protocol.Records.Building;

/// <summary>Writes one magic 2 record, whose size is computed first.</summary>
internal ref struct RecordWriter
{
    private readonly Span<byte> _bytes;
    private int _position;

    private RecordWriter(Span<byte> bytes) => _bytes = bytes;

    /// <summary>The size of a field including its length, in bytes. A length of -1 is a null field.</summary>
    public static int SizeOf(int length) => Varint.SizeOf(length) + Math.Max(length, 0);

    public static RecordWriter Begin(
        PooledBuffer buffer,
        long timestampDelta,
        int offsetDelta,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        bool hasKey,
        bool hasValue,
        int headerCount,
        int headersSize)
    {
        var size = checked(
            1 + Varint.SizeOf(timestampDelta) + Varint.SizeOf(offsetDelta) + SizeOf(hasKey ? key.Length : -1) +
            SizeOf(hasValue ? value.Length : -1) + Varint.SizeOf(headerCount) + headersSize);
        var writer = new RecordWriter(buffer.GetSpan(size + Varint.SizeOf(size)));
        writer.WriteVarint(size);
        writer._bytes[writer._position++] = 0;
        writer.WriteVarint(timestampDelta);
        writer.WriteVarint(offsetDelta);
        writer.WriteField(key, hasKey);
        writer.WriteField(value, hasValue);
        writer.WriteVarint(headerCount);
        return writer;
    }

    public void WriteField(ReadOnlySpan<byte> field, bool present)
    {
        WriteVarint(present ? field.Length : -1);
        if (!present)
            return;
        field.CopyTo(_bytes[_position..]);
        _position += field.Length;
    }

    public readonly void End(PooledBuffer buffer) => buffer.Advance(_position);

    private void WriteVarint(long value) => _position += Varint.Write(_bytes[_position..], value);
}
