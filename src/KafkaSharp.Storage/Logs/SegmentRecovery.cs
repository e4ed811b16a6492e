using KafkaSharp.Protocol.Records;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>
/// Makes a segment whole again after a crash (Kafka's <c>LogSegment.recover</c>): every batch is checked, the indexes and the producer state are made
/// anew, and the segment ends before the first batch that is not whole.
/// </summary>
sealed class SegmentRecovery(LogSegment segment, ProducerStateManager producers, LeaderEpochCache epochs, ILogger logger)
{
    private const int WindowBytes = 1 << 20;

    /// <summary>Gives how many bytes were cut.</summary>
    public int Run()
    {
        segment.ResetIndexes();
        var valid = 0;
        try
        {
            while (segment.TryReadHead(valid, segment.Size, out var head, out var corrupt) || Reject(corrupt, valid))
            {
                using var window = segment.Borrow(valid, Math.Max(WindowBytes, head.SizeInBytes));
                foreach (var batch in new RecordBatchReader(window.Span))
                {
                    Check(batch);
                    segment.IndexBatches(batch.Bytes, valid);
                    if (batch.Magic >= 2 && batch.PartitionLeaderEpoch is >= 0 and var epoch && (epochs.LatestEpoch is not { } latest || epoch > latest))
                        epochs.Assign(epoch, batch.BaseOffset);
                    ProducerReplay.Replay(producers, batch, segment);
                    valid += batch.SizeInBytes;
                }
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

    private void Check(in RecordBatch batch)
    {
        batch.EnsureValid();
        if (!segment.CanHold(batch.LastOffset))
            throw new RecordsException(Protocol.ErrorCode.CorruptMessage,
                $"Offset {batch.LastOffset} does not fit into the segment with base offset {segment.BaseOffset}");
    }

    private static bool Reject(bool corrupt, int position) => corrupt
        ? throw new RecordsException(Protocol.ErrorCode.CorruptMessage, $"The batch at position {position} has a length or magic that can't be")
        : false;
}
