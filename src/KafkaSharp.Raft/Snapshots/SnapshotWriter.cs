using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// A snapshot being written: header, records, footer. Nobody sees it until <see cref="Freeze"/> made it durable under its name; disposed
/// before that it leaves nothing. For one thread, any; failures are IOExceptions.
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
            // Nobody else can: the file is this writer's from the start.
            Dispose();
            throw;
        }
    }

    public OffsetAndEpoch Id { get; }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private RecordBatchOptions BatchOptions => new() { BaseOffset = _nextOffset, PartitionLeaderEpoch = Id.Epoch };

    /// <summary>Appends records; they are gathered into batches as large as the log allows.</summary>
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

    /// <summary>Writes the footer, flushes, and gives the snapshot its name.</summary>
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
