namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Walks the records of a compressed magic 2 batch without keeping keys, values and headers (Kafka's <c>skipKeyValueIterator</c>), so that its
/// memory does not depend on how large a record is once decompressed.
/// </summary>
ref struct PartialRecordReader : IDisposable
{
    private readonly RecordParser _parser;
    private RecordWindow _window;
    private int _left;
    private int _body;

    public PartialRecordReader(RecordBatch batch)
    {
        var header = batch.Header;
        var count = header.RecordCount;
        if (count == 0)
            return;
        if (count < 0)
            throw RecordParser.Invalid($"Found invalid record count {count} in magic v{batch.Magic} batch");
        _parser = new RecordParser(header);
        _window = new RecordWindow(batch.Bytes[RecordBatchHeader.Size..], batch.Compression, int.MaxValue);
        _left = count;
    }

    public long Offset { get; private set; }
    public long Timestamp { get; private set; }

    /// <summary>-1 for null.</summary>
    public int KeyLength { get; private set; }

    /// <summary>-1 for null.</summary>
    public int ValueLength { get; private set; }

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        _body = RecordReader.ReadSize(ref _window);
        Skip(1);
        Timestamp = _parser.TimestampOf(ReadVarlong());
        Offset = _parser.OffsetOf(ReadVarint());
        KeyLength = SkipField();
        ValueLength = SkipField();
        SkipHeaders(ReadVarint());
        if (_body != 0)
            throw RecordParser.InvalidStructure();
        if (_left == 0 && _window.Ensure(1))
            throw RecordParser.Invalid("Incorrect declared batch size, records still remaining in file");
        return true;
    }

    public void Dispose() => _window.Dispose();

    private void SkipHeaders(int count)
    {
        if (count < 0)
            throw RecordParser.Invalid($"Found invalid number of record headers {count}");
        for (; count > 0; count--)
        {
            var keyLength = SkipField();
            if (keyLength < 0)
                throw RecordParser.Invalid($"Invalid negative header key size {keyLength}");
            SkipField();
        }
    }

    private int SkipField()
    {
        var length = ReadVarint();
        Skip(Math.Max(length, 0));
        return length;
    }

    private void Skip(int count)
    {
        if (count > _body)
            throw RecordParser.InvalidStructure();
        if (!_window.TrySkip(count))
            throw RecordParser.Invalid("Incorrect declared batch size, premature EOF reached");
        _body -= count;
    }

    private int ReadVarint()
    {
        _window.Ensure(Varint.MaxSize);
        var position = 0;
        if (!Varint.TryRead(_window.Available, ref position, out int value))
            throw RecordParser.InvalidStructure();
        Skip(position);
        return value;
    }

    private long ReadVarlong()
    {
        _window.Ensure(Varint.MaxLongSize);
        var position = 0;
        if (!Varint.TryRead(_window.Available, ref position, out long value))
            throw RecordParser.InvalidStructure();
        Skip(position);
        return value;
    }
}
