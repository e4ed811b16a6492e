using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Recovers a segment after a crash (Kafka's <c>LogSegment.recover</c>): checks every batch, rebuilds indexes and producer state, and
/// truncates the segment before the first incomplete or invalid batch.
/// </summary>
/// <param name="segment">The segment.</param>
/// <param name="unflushedFrom">From this offset on, a power failure may have brought back what was cut off before.</param>
/// <param name="producers">The producers before the segment.</param>
/// <param name="epochs">The leader epochs of the log.</param>
/// <param name="logger">The logger.</param>
internal sealed class SegmentRecovery(
    LogSegment segment, long unflushedFrom, ProducerStateManager producers, LeaderEpochCache epochs, ILogger logger)
{
    private long _lastOffset = segment.BaseOffset - 1;
    private int _lastEpoch = -1;

    /// <summary>Gives how many bytes were cut.</summary>
    /// <exception cref="SegmentOverflowException">The segment is to be divided first.</exception>
    public int Run()
    {
        segment.ResetIndexes();
        var valid = 0;
        try
        {
            using var scan = new SegmentScan(segment);
            while (true)
            {
                var window = scan.Read(valid, out var corrupt);
                if (corrupt)
                    throw new RecordsException(
                        Protocol.ErrorCode.CorruptMessage, $"The batch at position {valid} has a length or magic that can't be");
                if (window.IsEmpty)
                    break;
                Take(window, ref valid);
            }
        }
        catch (RecordsException fault)
        {
            logger.InvalidBatchFound(segment.LogPath, valid, fault.Message);
        }
        var cut = segment.Size - valid;
        segment.TruncateBytes(valid);
        var max = segment.MaxTimestampAndOffset;
        if (max.Timestamp >= 0)
            segment.TimeIndex.MaybeAppend(max.Timestamp, max.Offset, skipFullCheck: true);
        segment.WriteOut();
        return cut;
    }

    private void Take(ReadOnlySpan<byte> window, ref int valid)
    {
        foreach (var batch in new RecordBatchReader(window))
        {
            Check(batch);
            segment.IndexBatches(batch.Bytes, valid, segment.MaxTimestampAndOffset);
            if (batch.Magic >= 2 && batch.PartitionLeaderEpoch is >= 0 and var epoch)
            {
                epochs.Recover(epoch, batch.BaseOffset);
                _lastEpoch = epoch;
            }
            ProducerReplay.Replay(producers, batch, segment);
            valid += batch.SizeInBytes;
        }
    }

    private void Check(in RecordBatch batch)
    {
        batch.EnsureValid();
        // The base offset is not under the CRC.
        var lastOffset = batch.LastOffset;
        if (lastOffset <= _lastOffset || (batch.Magic >= 2 && batch.BaseOffset < 0))
            throw new RecordsException(Protocol.ErrorCode.CorruptMessage,
                $"Offsets {batch.BaseOffset} to {lastOffset} do not follow {_lastOffset}");
        if (!segment.CanHold(lastOffset))
            throw new SegmentOverflowException(segment.BaseOffset, lastOffset);
        _lastOffset = lastOffset;
        if (batch.BaseOffset >= unflushedFrom && batch.Magic >= 2 && batch.PartitionLeaderEpoch is >= 0 and var epoch && epoch < _lastEpoch)
            throw new RecordsException(Protocol.ErrorCode.CorruptMessage,
                $"The batch at offset {batch.BaseOffset} has leader epoch {epoch}, and the one before {_lastEpoch}: it had been cut off");
    }
}
