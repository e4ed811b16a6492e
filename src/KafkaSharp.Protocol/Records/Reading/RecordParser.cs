namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// Parses a magic 2 record without its length field (Kafka's <c>DefaultRecord</c>): attributes, timestamp delta, offset delta, key, value,
/// headers.
/// </summary>
internal readonly struct RecordParser
{
    private readonly long _baseOffset;
    private readonly long _baseTimestamp;
    private readonly long _logAppendTime;
    private readonly int _baseSequence;
    private readonly bool _isLogAppendTime;

    public RecordParser(RecordBatchHeader header)
    {
        _baseOffset = header.BaseOffset;
        _baseTimestamp = header.BaseTimestamp;
        _baseSequence = header.BaseSequence;
        _isLogAppendTime = header.IsLogAppendTime;
        _logAppendTime = header.MaxTimestamp;
    }

    public long OffsetOf(int delta) => _baseOffset + delta;

    public long TimestampOf(long delta) => _isLogAppendTime ? _logAppendTime : _baseTimestamp + delta;

    public int SequenceOf(int delta) =>
        _baseSequence >= 0 ? RecordBatchHeader.IncrementSequence(_baseSequence, delta) : RecordBatchHeader.NoSequence;

    /// <summary>
    /// Parses the record at the start of <paramref name="bytes"/>, which may contain further bytes, and checks that it has exactly the
    /// given size.
    /// </summary>
    /// <exception cref="RecordsException">The record is invalid.</exception>
    public void Parse(ReadOnlySpan<byte> bytes, int size, scoped ref Record record)
    {
        var position = 1;
        if (bytes.IsEmpty
            || !Varint.TryRead(bytes, ref position, out long timestampDelta)
            || !Varint.TryRead(bytes, ref position, out int offsetDelta)
            || !TryField(bytes, ref position, out var key, out var hasKey)
            || !TryField(bytes, ref position, out var value, out var hasValue)
            || !Varint.TryRead(bytes, ref position, out int headerCount))
            throw RecordsException.InvalidStructure();
        var headersStart = position;
        if (headerCount != 0)
            CheckHeaders(bytes, ref position, headerCount);
        if (position != size)
        {
            throw RecordsException.Invalid(
                $"Invalid record size: expected to read {size} bytes in record payload, but instead read {position}");
        }
        record.SetBody(key, hasKey, value, hasValue);
        if (headerCount != 0)
            record.SetHeaders(bytes[headersStart..position], headerCount);
        record.Offset = OffsetOf(offsetDelta);
        record.Timestamp = TimestampOf(timestampDelta);
        record.Sequence = SequenceOf(offsetDelta);
        record.SizeInBytes = size + Varint.SizeOf(size);
    }

    private static bool TryField(ReadOnlySpan<byte> bytes, scoped ref int position, out ReadOnlySpan<byte> field, out bool present)
    {
        field = default;
        present = false;
        if (!Varint.TryRead(bytes, ref position, out int length))
            return false;
        if (length < 0)
            return true;
        if (length > bytes.Length - position)
            return false;
        field = bytes.Slice(position, length);
        position += length;
        return present = true;
    }

    private static void CheckHeaders(ReadOnlySpan<byte> bytes, ref int position, int count)
    {
        if (count < 0)
            throw RecordsException.Invalid($"Found invalid number of record headers {count}");
        if (count > bytes.Length - position)
        {
            throw RecordsException.Invalid(
                $"Found invalid number of record headers. {count} is larger than the remaining size of the buffer");
        }
        for (var i = 0; i < count; i++)
        {
            if (!Varint.TryRead(bytes, ref position, out int keyLength))
                throw RecordsException.InvalidStructure();
            if (keyLength < 0)
                throw RecordsException.Invalid($"Invalid negative header key size {keyLength}");
            if (keyLength > bytes.Length - position)
                throw RecordsException.InvalidStructure();
            position += keyLength;
            if (!TryField(bytes, ref position, out _, out _))
                throw RecordsException.InvalidStructure();
        }
    }
}
