using System.Text;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// Makes one magic 2 batch from records (Kafka's <c>MemoryRecordsBuilder</c>, the same bytes where uncompressed), in pooled memory. Not
/// thread safe. Usable again after <see cref="Reset"/>; <see cref="Dispose"/> gives the memory back.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    private readonly PooledBuffer _records = new();
    private PooledBuffer? _compressed;
    private RecordBatchOptions _options;
    private long _baseTimestamp;

    public RecordBatchBuilder(RecordBatchOptions options) => Reset(options);

    public int RecordCount { get; private set; }

    /// <summary>The offset before the base offset while there is no record.</summary>
    public long LastOffset { get; private set; }

    public long NextOffset => LastOffset + 1;

    /// <summary>The largest timestamp of a record, or the append time; -1 without a record.</summary>
    public long MaxTimestamp { get; private set; }

    /// <summary>Bytes of the batch so far, before compression, header included.</summary>
    public int UncompressedSize => _records.Length;

    /// <summary>The bytes that a record without headers adds to a batch at most, its own length included.</summary>
    public static int UpperBoundOf(int keyLength, int valueLength) => Varint.MaxSize * 5 + 12 + keyLength + valueLength;

    /// <summary>Appends with the next offset.</summary>
    public void Append(long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey = true, bool hasValue = true) =>
        Append(NextOffset, timestamp, key, value, hasKey, hasValue);

    /// <summary>Appends with a given offset, above the last one.</summary>
    public void Append(long offset, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey, bool hasValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timestamp, RecordBatchHeader.NoTimestamp);
        var writer = Begin(offset, timestamp, key, value, hasKey, hasValue, headerCount: 0, headersSize: 0);
        writer.End(_records);
    }

    /// <summary>
    /// Appends a record as read from another batch, with its headers and whatever its timestamp is, under the given offset.
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
        writer.End(_records);
    }

    /// <summary>Appends with headers.</summary>
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
        writer.End(_records);
    }

    /// <summary>Lets the batch cover offsets behind its last record, as compaction needs.</summary>
    public void OverrideLastOffset(long lastOffset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastOffset, LastOffset);
        LastOffset = lastOffset;
    }

    /// <summary>
    /// The batch, with its CRC; empty without a record, as in Kafka. Valid until <see cref="Reset"/> or <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Build()
    {
        if (RecordCount == 0)
            return default;
        var batch = _records;
        if (_options.Compression != CompressionType.None)
        {
            batch = _compressed ??= new PooledBuffer();
            batch.SetLength(RecordBatchHeader.Size);
            CompressionCodecs.Get(_options.Compression).Compress(_records.Span[RecordBatchHeader.Size..], batch, _options.CompressionLevel);
        }
        RecordBatchHeaderWriter.Write(
            batch.Span, _options, (int)(LastOffset - _options.BaseOffset), _baseTimestamp, MaxTimestamp, RecordCount);
        return batch.Memory;
    }

    /// <summary>Begins another batch in the same memory.</summary>
    public void Reset(RecordBatchOptions options)
    {
        _options = options;
        _records.SetLength(RecordBatchHeader.Size);
        RecordCount = 0;
        LastOffset = options.BaseOffset - 1;
        MaxTimestamp = options.TimestampType == TimestampType.LogAppendTime ? options.LogAppendTime : RecordBatchHeader.NoTimestamp;
        _baseTimestamp = options.DeleteHorizonMs ?? RecordBatchHeader.NoTimestamp;
    }

    /// <summary>A batch without records, which keeps the producer's last sequence in a compacted log; its offsets stay covered.</summary>
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
        _compressed?.Dispose();
        RecordCount = 0;
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
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Offsets increase; the last one is {LastOffset}");
        if (offset - _options.BaseOffset > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Too far from the base offset {_options.BaseOffset}");
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
