using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Filtering;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>Compacts a group of segments into one, which takes their place (Kafka's <c>cleanSegments</c>).</summary>
internal sealed class SegmentCleaning(
    PartitionLog log, CleaningAccess.Cleaned cleaning, CleaningRun run, CleaningFilter filter, CleanedTransactions transactions, long nowMs)
{
    /// <summary>False when the cleaning was stopped: the log has changed in a way that its segments cannot be replaced.</summary>
    /// <param name="group">Neighbours.</param>
    /// <param name="legacyHorizonMs">Segments that were written after it keep the tombstones of formats without a delete horizon.</param>
    /// <exception cref="RecordsException">A batch is not whole, or its checksum is wrong.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool Run(IReadOnlyList<LogSegment> group, long legacyHorizonMs)
    {
        var cleaned = log.Cleaning.CreateSegment(cleaning, group[0].BaseOffset);
        transactions.Destination = cleaned;
        var isReplaced = false;
        try
        {
            for (var i = 0; i < group.Count; i++)
            {
                var segment = group[i];
                var end = i + 1 < group.Count ? group[i + 1].BaseOffset : segment.ReadNextOffset();
                transactions.Add(log.AbortedTransactions(segment.BaseOffset, end));
                filter.KeepsLegacyTombstones = segment.LastModified > legacyHorizonMs;
                if (!TryClean(segment, cleaned))
                    return false;
            }
            // What takes the place of the old segments must be on disk before.
            cleaned.OnBecomeInactive();
            cleaned.Flush();
            cleaned.LastModified = group[^1].LastModified;
            return isReplaced = log.Cleaning.TryReplace(cleaning, [cleaned], group);
        }
        finally
        {
            transactions.Destination = null;
            if (!isReplaced)
                log.Cleaning.Discard(cleaning, [cleaned]);
        }
    }

    private bool TryClean(LogSegment segment, LogSegment cleaned)
    {
        using var scan = run.Scan(segment);
        using var batches = new RecordBatchFilter(filter, log.Config.DeleteRetentionMs);
        for (var position = 0; position < segment.Size;)
        {
            if (run.IsStopped)
                return false;
            var window = scan.Read(position, out _);
            if (window.IsEmpty)
                throw OffsetMapBuilder.NotWhole(segment, position);
            run.Limits.Throttle.Count(window.Length);
            run.Output.ResetWrittenCount();
            var result = batches.Filter(window, nowMs, run.Output);
            run.BytesRead += result.BytesRead;
            run.RecordsRead += result.MessagesRead;
            run.BytesWritten += result.BytesRetained;
            run.RecordsWritten += result.MessagesRetained;
            position += result.BytesRead;
            if (result.BytesRetained == 0)
                continue;
            if (!cleaned.CanHold(filter.LastOffset))
            {
                new SegmentSplit(log, cleaning).Run(segment);
                return false;
            }
            cleaned.Append(run.Output.WrittenMemory, filter.LastOffset);
            run.Limits.Throttle.Count(run.Output.WrittenCount);
        }
        return true;
    }
}
