using KafkaSharp.Protocol;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>Reads a log by offset without a lock (Kafka's <c>LocalLog.read</c>): one segment's bytes a call.</summary>
internal sealed class LogReader(LogState state)
{
    public LogReadInfo Read(long startOffset, int maxLength, FetchIsolation isolation, bool minOneMessage, bool copy)
    {
        while (true)
        {
            var truncations = state.Truncations;
            LogReadInfo read;
            try
            {
                read = ReadOnce(startOffset, maxLength, isolation, minOneMessage, copy);
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException)
            {
                // Also a failure of the disk may be that of a directory that the log has left in the meantime.
                if (!state.HasChangedSince(truncations))
                    throw;
                continue;
            }
            // If the log was truncated during the read, the position may be within newly written bytes. A read that met a truncation half
            // done looks like one of a corrupt log, until the truncation is complete.
            if (state.Truncations == truncations && (read.ErrorCode != ErrorCode.CorruptMessage || !state.HasChangedSince(truncations)))
                return read;
            read.Dispose();
        }
    }

    private LogReadInfo ReadOnce(long startOffset, int maxLength, FetchIsolation isolation, bool minOneMessage, bool copy)
    {
        var end = state.LogEnd;
        var bound = isolation switch
        {
            FetchIsolation.LogEnd => end,
            FetchIsolation.HighWatermark => state.HighWatermark,
            _ => state.LastStable,
        };
        var info = Empty(startOffset, isolation, end);
        var segments = state.Segments.All;
        var index = LogSegments.IndexOfFloor(segments, startOffset);
        if (startOffset > end.MessageOffset || startOffset < info.LogStartOffset || index < 0)
            return info with { ErrorCode = ErrorCode.OffsetOutOfRange };
        if (startOffset == bound.MessageOffset)
            return info with { FetchOffset = bound };
        if (startOffset > bound.MessageOffset)
        {
            var start = state.WithPosition(new LogOffsetMetadata(startOffset));
            return info with { FetchOffset = start, EndsInOtherSegment = !bound.MessageOffsetOnly && bound.OnOlderSegment(start) };
        }

        // As in Kafka, a negative length is an error only where there is something to read.
        if (maxLength < 0)
            return info with { ErrorCode = ErrorCode.UnknownServerError };

        // Compaction may leave nothing at or above an offset in its segment: the next one goes on.
        for (; index < segments.Length; index++)
        {
            var segment = segments[index];
            if (segment.Find(startOffset, out var corrupt) is not { } found)
            {
                if (corrupt)
                    return info with { ErrorCode = ErrorCode.CorruptMessage };
                continue;
            }
            var at = new LogOffsetMetadata(startOffset, segment.BaseOffset, found.Position);
            info = info with { FetchOffset = at, EndsInOtherSegment = at.OnOlderSegment(bound) };
            var length = minOneMessage ? Math.Max(maxLength, found.SizeInBytes) : maxLength;
            var available = Math.Max(0, Math.Min(length, SizeBelow(bound, segment) - found.Position));
            // Before the bytes are borrowed: if this throws, there is no lease to dispose. As in Kafka, a read without bytes has them too.
            var aborted = isolation == FetchIsolation.TransactionCommitted
                ? AbortedTransactions(segments[index..], startOffset, found.Position, available)
                : null;
            if (available == 0)
                return info with { AbortedTransactions = aborted };
            var borrowed = copy ? segment.Copy(found.Position, available) : segment.Borrow(found.Position, available);
            return info with
            {
                Records = borrowed.Memory,
                Lease = borrowed.Lease,
                AbortedTransactions = aborted,
                FirstEntryIncomplete = length < found.SizeInBytes,
            };
        }
        return info with { FetchOffset = end };
    }

    private LogReadInfo Empty(long startOffset, FetchIsolation isolation, LogOffsetMetadata end) => new()
    {
        HighWatermark = state.HighWatermarkOffset,
        LastStableOffset = state.LastStableOffset,
        LogStartOffset = state.LogStartOffset,
        LogEndOffset = end.MessageOffset,
        FetchOffset = new LogOffsetMetadata(startOffset),
        AbortedTransactions = isolation == FetchIsolation.TransactionCommitted ? [] : null,
    };

    private static int SizeBelow(LogOffsetMetadata bound, LogSegment segment) =>
        segment.BaseOffset < bound.SegmentBaseOffset ? segment.Size
        : segment.BaseOffset == bound.SegmentBaseOffset ? bound.RelativePositionInSegment
        : 0;

    /// <summary>The aborted transactions that overlap a read; never too few, maybe some beyond its end.</summary>
    private List<AbortedTransaction> AbortedTransactions(ReadOnlySpan<LogSegment> segments, long startOffset, int position, int length)
    {
        var upperBound = segments[0].FetchUpperBoundOffset(position, length)
            ?? (segments.Length > 1 ? segments[1].BaseOffset : state.LogEndOffset);
        return CollectAborted(segments, startOffset, upperBound);
    }

    /// <summary>The aborted transactions between two offsets.</summary>
    public List<AbortedTransaction> CollectAborted(long startOffset, long upperBoundOffset)
    {
        var segments = state.Segments.All;
        return CollectAborted(segments[Math.Max(0, LogSegments.IndexOfFloor(segments, startOffset))..], startOffset, upperBoundOffset);
    }

    private static List<AbortedTransaction> CollectAborted(ReadOnlySpan<LogSegment> segments, long startOffset, long upperBoundOffset)
    {
        List<AbortedTransaction> aborted = [];
        foreach (var segment in segments)
        {
            if (segment.TransactionIndex.CollectAborted(startOffset, upperBoundOffset, aborted))
                break;
        }
        return aborted;
    }
}
