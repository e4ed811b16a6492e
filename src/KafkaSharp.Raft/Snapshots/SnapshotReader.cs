using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// Reads a snapshot batch by batch, so its memory does not depend on the size of the snapshot. Control batches are returned without
/// records. Not thread-safe. The caller disposes it.
/// </summary>
public sealed class SnapshotReader<TRecord> : IDisposable
{
    private readonly string _fileName;
    private readonly Stream _stream;
    private readonly BatchDecoder<TRecord> _decoder;
    private readonly int _maxBatchBytes;
    private readonly CommittedBatch<TRecord>? _first;
    private byte[] _buffer = new byte[64 << 10];

    internal SnapshotReader(OffsetAndEpoch id, string fileName, Stream stream, BatchDecoder<TRecord> decoder, int maxBatchBytes)
    {
        _fileName = fileName;
        Id = id;
        _stream = stream;
        _decoder = decoder;
        _maxBatchBytes = maxBatchBytes;
        try
        {
            _first = ReadBatch();
            var header = _first?.ControlRecords.Select(record => record.Message).OfType<SnapshotHeaderRecord>().FirstOrDefault()
                ?? throw Corrupt("it does not start with a header record");
            LastContainedLogTimestamp = header.LastContainedLogTimestamp;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The snapshot contains the state before this offset.</summary>
    public OffsetAndEpoch Id { get; }

    /// <summary>
    /// The append time of the last record in the snapshot, in milliseconds since the Unix epoch; 0 or less if it is unknown.
    /// </summary>
    public long LastContainedLogTimestamp { get; }

    /// <summary>All batches, with offsets relative to the snapshot. Can be enumerated only once.</summary>
    /// <exception cref="InvalidDataException">The snapshot is corrupt or has no footer.</exception>
    public IEnumerable<CommittedBatch<TRecord>> ReadBatches()
    {
        var complete = false;
        for (var batch = _first; batch is not null; batch = ReadBatch())
        {
            complete = batch.ControlRecords.Any(record => record.Type == ControlRecordType.SnapshotFooter);
            yield return batch;
        }
        if (!complete)
            throw Corrupt("it ends without a footer record");
    }

    public void Dispose() => _stream.Dispose();

    private CommittedBatch<TRecord>? ReadBatch()
    {
        var have = _stream.ReadAtLeast(_buffer.AsSpan(0, RecordBatchHeader.Size), RecordBatchHeader.Size, throwOnEndOfStream: false);
        if (have == 0)
            return null;
        if (have < RecordBatchHeader.Size)
            throw Corrupt("it ends in the middle of a batch");
        long size = (long)new RecordBatchHeader(_buffer).BatchLength + RecordBatchHeader.LogOverhead;
        if (size < RecordBatchHeader.Size || size > _maxBatchBytes || size - have > _stream.Length - _stream.Position)
            throw Corrupt($"a batch has the invalid size {size}");
        if (size > _buffer.Length)
            Array.Resize(ref _buffer, (int)size);
        _stream.ReadExactly(_buffer, have, (int)size - have);
        return _decoder.Decode(new RecordBatch(_buffer.AsSpan(0, (int)size)));
    }

    private InvalidDataException Corrupt(string why) => new($"{_fileName} cannot be read: {why}");
}
