namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// What a leader needs of a magic 2 record without looking at its contents: the two deltas and whether its lengths fit together. The fast
/// side of <see cref="RecordParser"/>: it says only yes or no, and what it refuses is parsed again by the one that can tell why.
/// </summary>
readonly struct RecordOutline
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

    /// <summary>Negative for null.</summary>
    public int KeyLength { get; }

    /// <summary>Negative for null.</summary>
    public int ValueLength { get; }

    /// <summary>Outlines the record whose body, without its length, is exactly these bytes.</summary>
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
