using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// A log and the part of it that can be compacted now (Kafka's <c>LogToClean</c>): from the first offset that was not compacted to the
/// segment with the last stable offset, the active segment, or the first segment with a record younger than min.compaction.lag.ms.
/// </summary>
/// <param name="Log">The log.</param>
/// <param name="Begun">The state of the log before the rest was read of it: a truncation since then ends the cleaning.</param>
/// <param name="FirstDirtyOffset">Records below it were compacted.</param>
/// <param name="EndOffset">The base offset of the first segment that cannot be compacted.</param>
/// <param name="CleanBytes">The bytes below the first dirty offset.</param>
/// <param name="DirtyBytes">The bytes from there to the end.</param>
/// <param name="IsOverdue">Whether a record has waited for longer than max.compaction.lag.ms.</param>
internal sealed record CleanableLog(
    PartitionLog Log, CleaningAccess.Cleaned Begun, long FirstDirtyOffset, long EndOffset, long CleanBytes, long DirtyBytes, bool IsOverdue)
{
    /// <summary>The share of dirty bytes: min.cleanable.dirty.ratio limits it, and the log with the largest one comes first.</summary>
    public double DirtyRatio => CleanBytes + DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <summary>Whether there is enough to do.</summary>
    public bool IsDue => DirtyBytes > 0 && (IsOverdue || DirtyRatio > Log.Config.MinCleanableDirtyRatio);

    /// <exception cref="IOException">A segment cannot be read.</exception>
    public static CleanableLog Of(PartitionLog log, long nowMs)
    {
        var begun = log.Cleaning.Begin();
        var segments = log.Segments.All;
        var firstDirty = Math.Max(log.CleanedOffset, log.LogStartOffset);
        var end = SegmentWith(segments, Math.Max(firstDirty, FirstUncleanableOffset(log, segments, firstDirty, nowMs)));
        return new CleanableLog(
            log, begun, firstDirty, end, Bytes(segments, -1, firstDirty), Bytes(segments, Math.Min(firstDirty, end), end),
            IsOverdueAt(log, segments, firstDirty, nowMs));
    }

    /// <summary>
    /// The segments with offsets of a range: from the one that contains the first offset to the last one that begins below the end.
    /// </summary>
    public static ReadOnlySpan<LogSegment> Range(ReadOnlySpan<LogSegment> segments, long from, long to)
    {
        if (from >= to)
            return [];
        var first = Math.Max(0, LogSegments.IndexOfFloor(segments, from));
        var last = LogSegments.IndexOfFloor(segments, to - 1);
        return last < first ? [] : segments[first..(last + 1)];
    }

    private static long FirstUncleanableOffset(PartitionLog log, ReadOnlySpan<LogSegment> segments, long firstDirty, long nowMs)
    {
        // What is not stable may be aborted or removed yet.
        var end = Math.Min(log.LastStableOffset, segments[^1].BaseOffset);
        if (log.Config.MinCompactionLagMs > 0)
        {
            foreach (var segment in Range(segments, firstDirty, segments[^1].BaseOffset))
            {
                if (segment.LargestTimestamp > nowMs - log.Config.MinCompactionLagMs)
                    return Math.Min(end, segment.BaseOffset);
            }
        }
        return end;
    }

    private static bool IsOverdueAt(PartitionLog log, ReadOnlySpan<LogSegment> segments, long firstDirty, long nowMs)
    {
        var lag = log.Config.MaxCompactionLagMs;
        if (lag == long.MaxValue)
            return false;
        foreach (var segment in Range(segments, firstDirty, segments[^1].BaseOffset))
        {
            if (segment.ReadFirstBatchTimestamp() is > 0 and var first && first < nowMs - lag)
                return true;
        }
        return false;
    }

    private static long SegmentWith(ReadOnlySpan<LogSegment> segments, long offset) =>
        segments[Math.Max(0, LogSegments.IndexOfFloor(segments, offset))].BaseOffset;

    private static long Bytes(ReadOnlySpan<LogSegment> segments, long from, long to)
    {
        long bytes = 0;
        foreach (var segment in Range(segments, from, to))
            bytes += segment.Size;
        return bytes;
    }
}
