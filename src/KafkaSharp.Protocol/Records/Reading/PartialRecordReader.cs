using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// Reads the records of a compressed magic 2 batch but skips keys, values and headers (Kafka's <c>skipKeyValueIterator</c>). Its memory
/// does not depend on the size of the decompressed records. Unlike Kafka's it checks that each record has the length that it states:
/// Kafka accepts such a batch, which no consumer can read.
/// </summary>
internal ref struct PartialRecordReader : IDisposable
{
    private const int LargestWhole = 16 * 1024;

    private readonly RecordParser _parser;
    private RecordWindow _window;
    private int _left;
    private int _body;

    public PartialRecordReader(RecordBatch batch, IWorkTurn? turn = null)
    {
        var header = batch.Header;
        var count = header.RecordCount;
        if (count == 0)
            return;
        if (count < 0)
            throw RecordsException.Invalid($"Found invalid record count {count} in magic v{batch.Magic} batch");
        _parser = new RecordParser(header);
        _window = new RecordWindow(batch.Bytes[RecordBatchHeader.Size..], batch.Compression, int.MaxValue, turn);
        _left = count;
    }

    public long Offset { get; private set; }
    public long Timestamp { get; private set; }

    /// <summary>In bytes; -1 if the key is null.</summary>
    public int KeyLength { get; private set; }

    /// <summary>In bytes; -1 if the value is null.</summary>
    public int ValueLength { get; private set; }

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        _body = RecordReader.ReadSize(ref _window);
        if (!TryReadWhole())
            ReadInPieces();
        if (_left == 0 && _window.Ensure(1))
            throw RecordsException.Invalid("Incorrect declared batch size, records still remaining in file");
        return true;
    }

    public void Dispose() => _window.Dispose();

    /// <summary>Reads a record that is in the window or small enough to be loaded into it. False for other records.</summary>
    private bool TryReadWhole()
    {
        if ((uint)_body > LargestWhole || !_window.Ensure(_body) || !RecordOutline.TryParse(_window.Available[.._body], out var outline))
            return false;
        Timestamp = _parser.TimestampOf(outline.TimestampDelta);
        Offset = _parser.OffsetOf(outline.OffsetDelta);
        KeyLength = outline.KeyLength;
        ValueLength = outline.ValueLength;
        _window.Advance(_body);
        return true;
    }

    private void ReadInPieces()
    {
        Skip(1);
        Timestamp = _parser.TimestampOf(ReadVarlong());
        Offset = _parser.OffsetOf(ReadVarint());
        KeyLength = SkipField();
        ValueLength = SkipField();
        SkipHeaders(ReadVarint());
        if (_body != 0)
            throw RecordsException.InvalidStructure();
    }

    private void SkipHeaders(int count)
    {
        if (count < 0)
            throw RecordsException.Invalid($"Found invalid number of record headers {count}");
        for (; count > 0; count--)
        {
            var keyLength = SkipField();
            if (keyLength < 0)
                throw RecordsException.Invalid($"Invalid negative header key size {keyLength}");
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
            throw RecordsException.InvalidStructure();
        if (!_window.TrySkip(count))
            throw RecordsException.Invalid("Incorrect declared batch size, premature EOF reached");
        _body -= count;
    }

    private int ReadVarint()
    {
        _window.Ensure(Varint.MaxSize);
        var position = 0;
        if (!Varint.TryRead(_window.Available, ref position, out int value))
            throw RecordsException.InvalidStructure();
        Skip(position);
        return value;
    }

    private long ReadVarlong()
    {
        _window.Ensure(Varint.MaxLongSize);
        var position = 0;
        if (!Varint.TryRead(_window.Available, ref position, out long value))
            throw RecordsException.InvalidStructure();
        Skip(position);
        return value;
    }
}
