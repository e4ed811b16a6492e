namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// The deltas and lengths of a magic 2 record, without its contents. It is a fast alternative to <see cref="RecordParser"/> for valid
/// records: it only detects that a record is invalid, and <see cref="RecordParser"/> then finds the reason.
/// </summary>
internal readonly struct RecordOutline
{
    private RecordOutline(long timestampDelta, int offsetDelta, int keyLength, int valueLength)
    {
        TimestampDelta = timestampDelta;
        OffsetDelta = offsetDelta;
        KeyLength = keyLength;
        ValueLength = valueLength;
    }

    public long TimestampDelta { get; }
    public int OffsetDelta { get; }

    /// <summary>Negative if the key is null.</summary>
    public int KeyLength { get; }

    /// <summary>Negative if the value is null.</summary>
    public int ValueLength { get; }

    /// <summary>
    /// Parses a record. <paramref name="body"/> must be exactly the record without its length field. False if it is invalid.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out RecordOutline outline)
    {
        outline = default;
        var position = 1;
        if (!Varint.TryRead(body, ref position, out long timestampDelta)
            || !Varint.TryRead(body, ref position, out int offsetDelta)
            || !TrySkip(body, ref position, out var keyLength)
            || !TrySkip(body, ref position, out var valueLength)
            || !Varint.TryRead(body, ref position, out int headerCount))
            return false;
        for (; headerCount > 0; headerCount--)
        {
            if (!TrySkip(body, ref position, out var nameLength) || nameLength < 0 || !TrySkip(body, ref position, out _))
                return false;
        }
        outline = new RecordOutline(timestampDelta, offsetDelta, keyLength, valueLength);
        return headerCount == 0 && position == body.Length;
    }

    private static bool TrySkip(ReadOnlySpan<byte> body, ref int position, out int length)
    {
        if (!Varint.TryRead(body, ref position, out length))
            return false;
        if (length <= 0)
            return true;
        if (length > body.Length - position)
            return false;
        position += length;
        return true;
    }
}
