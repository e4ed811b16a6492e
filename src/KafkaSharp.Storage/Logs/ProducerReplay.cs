using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Rebuilds the producer state of a log from its newest snapshot and the batches above it (Kafka's <c>rebuildProducerState</c>). Used under
/// the log's lock.
/// </summary>
internal static class ProducerReplay
{
    /// <summary>Stages one batch of a segment or an append: its records or its transaction marker.</summary>
    public static ProducerCheck Add(ProducerAppend append, in RecordBatch batch)
    {
        if (batch.Magic < 2 || !batch.Header.HasProducerId)
            return ProducerCheck.Ok;
        if (!batch.IsControlBatch)
            return append.Add(batch.Header);
        using var records = new RecordReader(batch);
        // Compaction empties a control batch when its marker is no longer needed.
        return records.MoveNext()
            ? append.AddMarker(batch.Header, ControlRecords.ParseEndTransactionMarker(records.Current))
            : ProducerCheck.Ok;
    }

    /// <summary>
    /// Applies a batch of the log to the state, and adds its aborted transaction to the segment's index if that is being rebuilt. A batch
    /// that the state refuses is skipped: it is whole and may have been acknowledged, so that it must not be removed from the log.
    /// </summary>
    public static void Replay(ProducerStateManager producers, in RecordBatch batch, LogSegment? rebuilt = null)
    {
        if (batch.Magic >= 2 && batch.Header.HasProducerId && Stage(producers, batch) is { } append)
        {
            producers.Commit(append);
            foreach (var completed in append.Completed)
            {
                if (completed.IsAborted)
                {
                    rebuilt?.AppendAborted(new AbortedTransaction(
                        completed.ProducerId, completed.FirstOffset, completed.LastOffset, producers.LastStableOffsetAfter(completed)));
                }
                producers.CompleteTransaction(completed);
            }
        }
        producers.UpdateMapEndOffset(batch.LastOffset + 1);
    }

    /// <summary>
    /// Replays the log up to its end, and takes snapshots at the last two segments and at the end, so that the next truncation or start has
    /// little to replay.
    /// </summary>
    /// <param name="producers">The state.</param>
    /// <param name="segments">The log.</param>
    /// <param name="logStartOffset">The start of the log.</param>
    /// <param name="lastOffset">The end of the log.</param>
    /// <param name="nowMs">The time, for the expiry of producers.</param>
    /// <param name="afterCleanShutdown">Whether a log without snapshots has no producers; otherwise it is replayed from its start.</param>
    public static void Rebuild(
        ProducerStateManager producers, LogSegments segments, long logStartOffset, long lastOffset, long nowMs, bool afterCleanShutdown)
    {
        var all = segments.Snapshot;
        var snapshotAt = all.TakeLast(2).Select(segment => segment.BaseOffset).ToArray();
        if (producers.LatestSnapshotOffset is null && afterCleanShutdown)
        {
            foreach (var offset in snapshotAt.Append(lastOffset))
            {
                producers.UpdateMapEndOffset(offset);
                TakeSnapshot(producers);
            }
            return;
        }
        var wasEmpty = producers.IsEmpty && producers.MapEndOffset >= lastOffset;
        producers.TruncateAndReload(logStartOffset, lastOffset, nowMs);
        if (lastOffset > producers.MapEndOffset && !wasEmpty)
        {
            foreach (var segment in segments.Between(producers.MapEndOffset, lastOffset))
            {
                var from = Math.Max(Math.Max(segment.BaseOffset, producers.MapEndOffset), logStartOffset);
                producers.UpdateMapEndOffset(from);
                if (snapshotAt.Contains(segment.BaseOffset))
                    TakeSnapshot(producers);
                ReplaySegment(producers, segment, from, lastOffset);
            }
        }
        producers.UpdateMapEndOffset(lastOffset);
        TakeSnapshot(producers);
    }

    /// <summary>
    /// A snapshot without producers need not be durable: none at all means the same. That spares most logs an fsync at start and stop.
    /// </summary>
    public static void TakeSnapshot(ProducerStateManager producers) => producers.TakeSnapshot(flush: !producers.IsEmpty);

    private static ProducerAppend? Stage(ProducerStateManager producers, in RecordBatch batch)
    {
        string? reason;
        try
        {
            var append = producers.BeginAppend(AppendOrigin.Replication);
            var check = Add(append, batch);
            if (check.IsOk)
                return append;
            reason = check.Message;
        }
        catch (RecordsException fault)
        {
            reason = fault.Message;
        }
        producers.OnBatchSkipped(batch.BaseOffset, reason ?? "");
        return null;
    }

    private static void ReplaySegment(ProducerStateManager producers, LogSegment segment, long from, long to)
    {
        try
        {
            if (segment.Find(from, out var corrupt) is { } start)
                ReplaySegment(producers, segment, start.Position, to);
            else if (corrupt)
                throw NotWhole(from);
        }
        catch (RecordsException fault)
        {
            // The rest of the segment is unreadable for every request (CORRUPT_MESSAGE); the log continues without its producers.
            producers.Logger.ReplayStopped(segment.LogPath, fault.Message);
        }
    }

    private static void ReplaySegment(ProducerStateManager producers, LogSegment segment, int position, long to)
    {
        using var scan = new SegmentScan(segment);
        while (scan.Read(position, out _) is { IsEmpty: false } window)
        {
            foreach (var batch in new RecordBatchReader(window))
            {
                if (batch.LastOffset >= to)
                    return;
                Replay(producers, batch);
                position += batch.SizeInBytes;
            }
        }
        if (position < segment.Size)
            throw NotWhole(producers.MapEndOffset);
    }

    private static RecordsException NotWhole(long offset) =>
        new(ErrorCode.CorruptMessage, $"The batch at offset {offset}, or one before it, is not whole");
}
