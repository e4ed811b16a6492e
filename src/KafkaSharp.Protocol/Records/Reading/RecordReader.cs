using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Legacy;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// Reads the records of a batch of any magic. Compressed records are decompressed piece by piece into a pooled buffer, which grows to the
/// size of the largest record; <see cref="Dispose"/> returns it. Invalid input causes a <see cref="RecordsException"/>.
/// </summary>
public ref struct RecordReader : IDisposable
{
    private readonly RecordBatch _batch;
    private readonly LegacyInnerMessages? _inner;
    private readonly RecordParser _parser;
    private RecordWindow _window;
    private int _left;
    private Record _current;

    /// <param name="batch">The batch. Its bytes must stay valid while the reader is used.</param>
    /// <param name="maxRecordBytes">
    /// The size limit of a decompressed record, in bytes; for a legacy message, of all its inner messages.
    /// </param>
    public RecordReader(RecordBatch batch, int maxRecordBytes = int.MaxValue)
        : this(batch, maxRecordBytes, turn: null)
    {
    }

    /// <param name="batch">A compressed magic 2 batch.</param>
    /// <param name="decompressed">Its records, decompressed. They must stay valid while the reader is used.</param>
    internal RecordReader(RecordBatch batch, ReadOnlySpan<byte> decompressed)
    {
        _batch = batch;
        var header = batch.Header;
        if (header.RecordCount < 0)
            throw RecordsException.Invalid($"Found invalid record count {header.RecordCount} in magic v{batch.Magic} batch");
        _parser = new RecordParser(header);
        _window = new RecordWindow(decompressed);
        _left = header.RecordCount;
    }

    /// <param name="batch">As above.</param>
    /// <param name="maxRecordBytes">As above.</param>
    /// <param name="turn">Checked in with while records are decompressed.</param>
    internal RecordReader(RecordBatch batch, int maxRecordBytes, IWorkTurn? turn)
    {
        _batch = batch;
        if (batch.Magic >= 2)
        {
            var header = batch.Header;
            var count = header.RecordCount;
            if (count == 0)
                return;
            _parser = new RecordParser(header);
            _window = new RecordWindow(batch.Bytes[RecordBatchHeader.Size..], batch.Compression, maxRecordBytes, turn);
            if (count < 0)
            {
                _window.Dispose();
                throw RecordsException.Invalid($"Found invalid record count {count} in magic v{batch.Magic} batch");
            }
            _left = count;
        }
        else if (batch.Compression != CompressionType.None)
        {
            _inner = new LegacyInnerMessages(batch.Bytes, maxRecordBytes);
        }
        else
        {
            _left = 1;
        }
    }

    [UnscopedRef]
    public readonly ref readonly Record Current => ref _current;

    /// <summary>The current message of a legacy batch: the message itself or an inner message.</summary>
    internal LegacyMessage CurrentLegacy { readonly get; private set; }

    internal readonly bool IsLegacy => _batch.Magic < 2;

    /// <summary>The timestamp type of the current message. Inner messages have the type of their wrapper.</summary>
    internal readonly TimestampType CurrentTimestampType => _batch.TimestampType;

    public bool MoveNext()
    {
        if (_inner is not null)
            return MoveNextInner();
        if (_left == 0)
            return false;
        _left--;
        if (_batch.Magic < 2)
        {
            ReadLegacy(new LegacyMessage(_batch.Bytes), _batch.Bytes.Length);
            _current.Offset = _batch.LastOffset;
            _current.Timestamp = _batch.MaxTimestamp;
            return true;
        }
        ReadRecord();
        if (_left == 0 && _window.Ensure(1))
            throw RecordsException.Invalid("Incorrect declared batch size, records still remaining in file");
        return true;
    }

    public void Dispose()
    {
        _window.Dispose();
        _inner?.Dispose();
    }

    private void ReadRecord()
    {
        var size = ReadSize();
        if (size < 0)
            throw RecordsException.InvalidStructure();
        if (!_window.Ensure(size))
        {
            throw RecordsException.Invalid(
                $"Invalid record size: expected {size} bytes in record payload, but instead the buffer has only " +
                $"{_window.Available.Length} remaining bytes.");
        }
        var bytes = _window.Available;
        _parser.Parse(_window.IsCompressed ? bytes[..size] : bytes, size, ref _current);
        _window.Advance(size);
    }

    private int ReadSize() => ReadSize(ref _window);

    internal static int ReadSize(ref RecordWindow window)
    {
        window.Ensure(Varint.MaxSize);
        var position = 0;
        var bytes = window.Available;
        if (!Varint.TryRead(bytes, ref position, out int size))
        {
            // As in Kafka, where the two kinds of iterators catch different exceptions.
            throw position >= Varint.MaxSize && !window.IsCompressed
                ? new RecordsException(ErrorCode.UnknownServerError, "Varint is too long, the most significant bit in the 5th byte is set")
                : RecordsException.Invalid("Incorrect declared batch size, premature EOF reached");
        }
        window.Advance(position);
        return size;
    }

    private bool MoveNextInner()
    {
        if (!_inner!.TryRead(ref _current, out var bytes))
            return false;
        var message = new LegacyMessage(bytes);
        ReadLegacy(message, bytes.Length);
        _current.Offset = _inner.OffsetOf(message);
        _current.Timestamp = _inner.TimestampOf(message);
        return true;
    }

    private void ReadLegacy(LegacyMessage message, int size)
    {
        CurrentLegacy = message;
        if (!message.TryParse(ref _current))
            _current.SetCorrupt();
        _current.Sequence = RecordBatchHeader.NoSequence;
        _current.SizeInBytes = size;
    }
}
