using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// Writes a snapshot: header, records, footer (Kafka's <c>RecordsSnapshotWriter</c>). <see cref="Freeze"/> makes it durable and visible; if
/// the writer is disposed before that, no file remains. Not thread-safe; failures are IOExceptions.
/// </summary>
public sealed class SnapshotWriter<TRecord> : IDisposable
{
    private const int MaxRecordOverhead = 32;

    private readonly ISnapshotFile _file;
    private readonly IRecordSerde<TRecord> _serde;
    private readonly TimeProvider _time;
    private readonly int _maxBatchBytes;
    private readonly Action<OffsetAndEpoch, int> _frozen;
    private readonly ArrayBufferWriter<byte> _value = new(1024);
    private readonly RecordBatchBuilder _batch;
    private long _nextOffset;
    private int _written;
    private bool _isFrozen;

    internal SnapshotWriter(
        OffsetAndEpoch id, ISnapshotFile file, IRecordSerde<TRecord> serde, TimeProvider time, int maxBatchBytes,
        long lastContainedLogTimestamp, IEnumerable<RaftControlRecord> quorum, Action<OffsetAndEpoch, int> frozen)
    {
        Id = id;
        _file = file;
        _serde = serde;
        _time = time;
        _maxBatchBytes = maxBatchBytes;
        _frozen = frozen;
        _batch = new RecordBatchBuilder(BatchOptions);
        try
        {
            var header = new SnapshotHeaderRecord { LastContainedLogTimestamp = lastContainedLogTimestamp };
            WriteControl([new RaftControlRecord(ControlRecordType.SnapshotHeader, header), .. quorum]);
        }
        catch
        {
            // The caller has no reference to this writer yet, so nothing else can dispose the file.
            Dispose();
            throw;
        }
    }

    public OffsetAndEpoch Id { get; }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private RecordBatchOptions BatchOptions => new() { BaseOffset = _nextOffset, PartitionLeaderEpoch = Id.Epoch };

    /// <summary>Appends records. They are collected into batches up to the size limit of the log.</summary>
    public void Append(IEnumerable<TRecord> records)
    {
        foreach (var record in records)
        {
            _value.ResetWrittenCount();
            _serde.Write(record, _value);
            if (_batch.UncompressedSize + _value.WrittenCount + MaxRecordOverhead > _maxBatchBytes)
                FinishBatch();
            _batch.Append(Now, default, _value.WrittenSpan, hasKey: false);
        }
    }

    /// <summary>Writes the footer, flushes the file, and renames it to the name of the snapshot.</summary>
    public void Freeze()
    {
        ObjectDisposedException.ThrowIf(_isFrozen, this);
        FinishBatch();
        WriteControl([new RaftControlRecord(ControlRecordType.SnapshotFooter, new SnapshotFooterRecord())]);
        _file.Freeze();
        _isFrozen = true;
        _frozen(Id, _written);
    }

    public void Dispose()
    {
        _batch.Dispose();
        _file.Dispose();
    }

    private void FinishBatch()
    {
        if (_batch.RecordCount == 0)
            return;
        Write(_batch.Build().Span);
        _nextOffset = _batch.NextOffset;
        _batch.Reset(BatchOptions);
    }

    private void WriteControl(IReadOnlyList<RaftControlRecord> records)
    {
        Write(ControlBatch.Encode(records, _nextOffset, Id.Epoch, Now));
        _nextOffset += records.Count;
        _batch.Reset(BatchOptions);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _file.Append(bytes);
        _written += bytes.Length;
    }
}
