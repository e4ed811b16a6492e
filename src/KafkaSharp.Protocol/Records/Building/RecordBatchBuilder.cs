using System.Text;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// Builds a magic 2 batch from records in pooled memory (Kafka's <c>MemoryRecordsBuilder</c>; an uncompressed batch has the same bytes).
/// Not thread-safe. Reusable after <see cref="Reset"/>. <see cref="Dispose"/> returns the memory.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    // A batch that is longer is compressed piece by piece, so that its memory is that of the compressed bytes.
    private const int CompressedPiece = 64 * 1024;

    // A coordinator keeps a builder for each shard: Kafka's default of group.coordinator.cached.buffer.max.bytes, as a power of two.
    private const int LargestKept = 1024 * 1024;

    private readonly PooledBuffer _records = new();
    private PooledBuffer? _compressed;
    private Compressor? _compressor;
    private IWorkTurn? _turn;
    private bool _isFinished;
    private long _passedOn;
    private RecordBatchOptions _options;
    private long _baseTimestamp;

    public RecordBatchBuilder(RecordBatchOptions options) => Reset(options);

    public int RecordCount { get; private set; }

    /// <summary>The offset of the last record; the offset before the base offset while there is no record.</summary>
    public long LastOffset { get; private set; }

    public long NextOffset => LastOffset + 1;

    /// <summary>
    /// The largest timestamp of a record, or the append time of a LogAppendTime batch, in milliseconds; -1 without a record.
    /// </summary>
    public long MaxTimestamp { get; private set; }

    /// <summary>The current size of the batch before compression, including the header, in bytes.</summary>
    public int UncompressedSize => (int)Math.Min(_passedOn + _records.Length, int.MaxValue);

    /// <summary>
    /// Whether the batch is known to be larger than <see cref="RecordBatchOptions.MaxBytes"/>: further records are counted and not kept,
    /// and it can't be built. A batch may turn out to be too large when it is built.
    /// </summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>The maximum number of bytes that a record without headers adds to a batch, including its length field.</summary>
    public static int UpperBoundOf(int keyLength, int valueLength) => Varint.MaxSize * 5 + 12 + keyLength + valueLength;

    /// <summary>From now on, memory that compression takes is reserved in the turn until the batch is built.</summary>
    internal void ReserveIn(IWorkTurn? turn) => _turn = turn;

    /// <summary>Appends a record with the next offset.</summary>
    public void Append(long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey = true, bool hasValue = true) =>
        Append(NextOffset, timestamp, key, value, hasKey, hasValue);

    /// <summary>Appends a record with a given offset, which must be greater than the last one.</summary>
    public void Append(long offset, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey, bool hasValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timestamp, RecordBatchHeader.NoTimestamp);
        var writer = Begin(offset, timestamp, key, value, hasKey, hasValue, headerCount: 0, headersSize: 0);
        End(writer);
    }

    /// <summary>
    /// Appends a record of another batch with its headers and its timestamp, at the given offset. The timestamp is not checked.
    /// </summary>
    public void Append(long offset, in Record record)
    {
        var size = 0;
        foreach (var header in record.Headers)
            size += RecordWriter.SizeOf(header.Key.Length) + RecordWriter.SizeOf(header.HasValue ? header.Value.Length : -1);
        var writer = Begin(
            offset, record.Timestamp, record.Key, record.Value, record.HasKey, record.HasValue, record.HeaderCount, size);
        foreach (var header in record.Headers)
        {
            writer.WriteField(header.Key, present: true);
            writer.WriteField(header.Value, header.HasValue);
        }
        End(writer);
    }

    /// <summary>Appends a record with headers at the given offset.</summary>
    public void Append(
        long offset, long timestamp, byte[]? key, byte[]? value, IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentOutOfRangeException.ThrowIfLessThan(timestamp, RecordBatchHeader.NoTimestamp);
        var size = 0;
        foreach (var (name, content) in headers)
            size += RecordWriter.SizeOf(Encoding.UTF8.GetByteCount(name)) + RecordWriter.SizeOf(content?.Length ?? -1);
        var writer = Begin(offset, timestamp, key, value, key is not null, value is not null, headers.Count, size);
        foreach (var (name, content) in headers)
        {
            writer.WriteField(Encoding.UTF8.GetBytes(name), present: true);
            writer.WriteField(content, content is not null);
        }
        End(writer);
    }

    /// <summary>Extends the offset range of the batch beyond its last record. Compaction keeps the range of the original batch.</summary>
    public void OverrideLastOffset(long lastOffset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastOffset, LastOffset);
        LastOffset = lastOffset;
    }

    /// <summary>
    /// The complete batch. Empty if there is no record, as in Kafka. Valid until <see cref="Reset"/> or <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Build()
    {
        if (RecordCount == 0)
            return default;
        if (IsTooLarge)
            throw new InvalidOperationException("The batch is too large to be built");
        var batch = _records;
        if (_options.Compression != CompressionType.None)
            batch = Compress();
        RecordBatchHeaderWriter.Write(
            batch.Span, _options, (int)(LastOffset - _options.BaseOffset), _baseTimestamp, MaxTimestamp, RecordCount);
        return batch.Memory;
    }

    /// <summary>Starts another batch in the same memory. What a large batch took is returned.</summary>
    public void Reset(RecordBatchOptions options)
    {
        _options = options;
        EndStream();
        _records.Restart(RecordBatchHeader.Size, LargestKept);
        _compressed?.Restart(0, LargestKept);
        IsTooLarge = false;
        RecordCount = 0;
        LastOffset = options.BaseOffset - 1;
        MaxTimestamp = options.TimestampType == TimestampType.LogAppendTime ? options.LogAppendTime : RecordBatchHeader.NoTimestamp;
        _baseTimestamp = options.DeleteHorizonMs ?? RecordBatchHeader.NoTimestamp;
    }

    /// <summary>
    /// A batch without records. In a compacted log it preserves the last sequence of a producer and the offset range of the original batch.
    /// </summary>
    public static byte[] Empty(RecordBatchOptions options, long lastOffset, long maxTimestamp)
    {
        var batch = new byte[RecordBatchHeader.Size];
        RecordBatchHeaderWriter.Write(
            batch, options, (int)(lastOffset - options.BaseOffset), RecordBatchHeader.NoTimestamp, maxTimestamp, recordCount: 0);
        return batch;
    }

    public void Dispose()
    {
        _records.Dispose();
        EndStream();
        _compressed?.Dispose();
        RecordCount = 0;
    }

    private void End(RecordWriter writer)
    {
        writer.End(_records);
        if (_options.Compression != CompressionType.None && _records.Length >= CompressedPiece)
            PassOn();
        var size = _options.Compression == CompressionType.None ? _records.Length : _compressor is null ? 0 : _compressed!.Length;
        if (size > _options.MaxBytes)
            IsTooLarge = true;
        if (IsTooLarge)
            _records.SetLength(RecordBatchHeader.Size);
    }

    /// <summary>Hands the records so far to the compressor.</summary>
    private void PassOn()
    {
        if (_isFinished)
            throw new InvalidOperationException("The batch has been built");
        if (!IsTooLarge)
        {
            if (_compressor is null)
            {
                _compressed ??= new PooledBuffer();
                _compressed.SetLength(RecordBatchHeader.Size);
                _compressor = CompressionCodecs.Get(_options.Compression).CreateCompressor(_compressed, _options.CompressionLevel);
                _compressor.ReserveIn(_turn);
            }
            _compressor.Write(_records.Span[RecordBatchHeader.Size..]);
        }
        _passedOn += _records.Length - RecordBatchHeader.Size;
        _records.SetLength(RecordBatchHeader.Size);
    }

    private PooledBuffer Compress()
    {
        if (_isFinished)
            return _compressed!;
        if (_compressor is not null)
        {
            PassOn();
            _compressor.Finish();
            _compressor.Dispose();
            _compressor = null;
            _isFinished = true;
            return _compressed!;
        }
        var batch = _compressed ??= new PooledBuffer();
        batch.SetLength(RecordBatchHeader.Size);
        CompressionCodecs.Get(_options.Compression).Compress(_records.Span[RecordBatchHeader.Size..], batch, _options.CompressionLevel);
        return batch;
    }

    private void EndStream()
    {
        _compressor?.Dispose();
        _compressor = null;
        _isFinished = false;
        _passedOn = 0;
    }

    private RecordWriter Begin(
        long offset,
        long timestamp,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        bool hasKey,
        bool hasValue,
        int headerCount,
        int headersSize)
    {
        if (offset <= LastOffset)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Offsets must increase; the last one is {LastOffset}");
        if (offset - _options.BaseOffset > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The offset is too far from base offset {_options.BaseOffset}");
        if (RecordCount == 0 && _options.DeleteHorizonMs is null)
            _baseTimestamp = timestamp;
        LastOffset = offset;
        RecordCount++;
        if (_options.TimestampType != TimestampType.LogAppendTime && timestamp > MaxTimestamp)
            MaxTimestamp = timestamp;
        var offsetDelta = (int)(offset - _options.BaseOffset);
        return RecordWriter.Begin(
            _records, timestamp - _baseTimestamp, offsetDelta, key, value, hasKey, hasValue, headerCount, headersSize);
    }
}
