using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Raft.Log;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>
/// Raft's interface to the metadata log, over a <see cref="PartitionLog"/> that it owns. Used by the Raft node only, one thread at a time.
/// </summary>
public sealed class PartitionRaftLog : IRaftLog
{
    private readonly PartitionLog _log;
    private int _epochBeforeStart;
    private IDisposable? _lease;

    /// <param name="log">The log, open.</param>
    /// <param name="latestSnapshotId">The latest snapshot: an empty log that begins at its end has its epoch.</param>
    public PartitionRaftLog(PartitionLog log, OffsetAndEpoch? latestSnapshotId)
    {
        _log = log;
        if (latestSnapshotId is { } id && id.Offset == log.LogEndOffset)
            _epochBeforeStart = id.Epoch;
    }

    public long StartOffset => _log.LogStartOffset;

    public OffsetAndEpoch EndOffset => new(_log.LogEndOffset, _log.LatestEpoch ?? _epochBeforeStart);

    public long SizeInBytes => _log.Size;

    public void AppendAsLeader(ReadOnlyMemory<byte> batch)
    {
        var epoch = new RecordBatchHeader(batch.Span).PartitionLeaderEpoch;
        var info = _log.AppendAsLeader(batch, epoch, AppendOrigin.RaftLeader);
        if (info.IsDiskFull)
            throw new LogFullException($"The metadata log cannot be written: {info.ErrorMessage}");
        if (info.ErrorCode != ErrorCode.None)
            throw new IOException($"The metadata log refused a batch: {info.ErrorCode} {info.ErrorMessage}");
    }

    public ReadOnlyMemory<byte> Read(long offset, int maxBytes)
    {
        _lease?.Dispose();
        _lease = null;
        var read = _log.Read(offset, maxBytes, FetchIsolation.LogEnd, minOneMessage: true, copy: true);
        if (read.ErrorCode != ErrorCode.None)
            throw new IOException($"The metadata log cannot be read at offset {offset}: {read.ErrorCode}");
        _lease = read.Lease;
        return read.Records;
    }

    public void Flush()
    {
        try
        {
            _log.FlushRecords();
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            throw new LogFullException($"The metadata log cannot be flushed: {e.Message}");
        }
    }

    public void UpdateHighWatermark(long offset) => _log.UpdateHighWatermark(offset);

    public void TruncateTo(long offset) => _log.TruncateTo(offset);

    public void TruncateFullyAndStartAt(OffsetAndEpoch snapshotId)
    {
        _log.TruncateFullyAndStartAt(snapshotId.Offset);
        _log.UpdateHighWatermark(snapshotId.Offset);
        _epochBeforeStart = snapshotId.Epoch;
    }

    public OffsetAndEpoch EndOffsetForEpoch(int epoch) =>
        _log.EndOffsetForEpoch(epoch) ?? new OffsetAndEpoch(StartOffset, _epochBeforeStart);

    public bool DeleteBefore(long offset)
    {
        if (offset <= StartOffset || _log.IncrementLogStartOffset(offset) != ErrorCode.None)
            return false;
        _log.DeleteOldSegments();
        return true;
    }

    public void CloseAbruptly()
    {
        _lease?.Dispose();
        _log.CloseAbruptly();
    }

    public void Dispose()
    {
        _lease?.Dispose();
        _log.Dispose();
    }
}
