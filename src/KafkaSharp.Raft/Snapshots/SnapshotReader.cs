using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// A snapshot being read, batch by batch, so that its size does not matter. Raft's own control records come as batches without records. For
/// one thread at a time; disposed by its reader.
/// </summary>
public sealed class SnapshotReader<TRecord> : IDisposable
{
    private readonly Stream _stream;
    private readonly BatchDecoder<TRecord> _decoder;
    private readonly int _maxBatchBytes;
    private readonly CommittedBatch<TRecord>? _first;
    private byte[] _buffer = new byte[64 << 10];

    internal SnapshotReader(OffsetAndEpoch id, Stream stream, BatchDecoder<TRecord> decoder, int maxBatchBytes)
    {
        Id = id;
        _stream = stream;
        _decoder = decoder;
        _maxBatchBytes = maxBatchBytes;
        try
        {
            _first = ReadBatch();
            var header = _first?.ControlRecords.Select(record => record.Message).OfType<SnapshotHeaderRecord>().FirstOrDefault()
                ?? throw Corrupt("it does not begin with a header");
            LastContainedLogTimestamp = header.LastContainedLogTimestamp;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The snapshot holds everything before this offset.</summary>
    public OffsetAndEpoch Id { get; }

    /// <summary>Append time of the last record it holds, in milliseconds since 1970; 0 or less where that is not known.</summary>
    public long LastContainedLogTimestamp { get; }

    /// <summary>All batches; their offsets count within the snapshot. Once only.</summary>
    /// <exception cref="InvalidDataException">The snapshot is corrupt or ends without its footer.</exception>
    public IEnumerable<CommittedBatch<TRecord>> ReadBatches()
    {
        var complete = false;
        for (var batch = _first; batch is not null; batch = ReadBatch())
        {
            complete = batch.ControlRecords.Any(record => record.Type == ControlRecordType.SnapshotFooter);
            yield return batch;
        }
        if (!complete)
            throw Corrupt("it ends without a footer");
    }

    public void Dispose() => _stream.Dispose();

    private CommittedBatch<TRecord>? ReadBatch()
    {
        var have = _stream.ReadAtLeast(_buffer.AsSpan(0, RecordBatchHeader.Size), RecordBatchHeader.Size, throwOnEndOfStream: false);
        if (have == 0)
            return null;
        if (have < RecordBatchHeader.Size)
            throw Corrupt("it ends within a batch");
        long size = (long)new RecordBatchHeader(_buffer).BatchLength + RecordBatchHeader.LogOverhead;
        if (size < RecordBatchHeader.Size || size > _maxBatchBytes || size - have > _stream.Length - _stream.Position)
            throw Corrupt($"a batch claims {size} bytes");
        if (size > _buffer.Length)
            Array.Resize(ref _buffer, (int)size);
        _stream.ReadExactly(_buffer, have, (int)size - have);
        return _decoder.Decode(new RecordBatch(_buffer.AsSpan(0, (int)size)));
    }

    private InvalidDataException Corrupt(string why) => new($"Snapshot {SnapshotName.Format(Id)} cannot be read: {why}");
}
