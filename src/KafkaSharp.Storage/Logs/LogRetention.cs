using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Deletes old segments: those below the log start offset, beyond retention.bytes, and older than retention.ms. Under the log's lock.
/// </summary>
internal sealed class LogRetention(LogState state, LogRoller roller, LogTruncation truncation, ILogger logger)
{
    /// <summary>
    /// Begins a new segment if all are to be deleted. True if the name of the segment at which the log will begin may not be durable: the
    /// folder is to be flushed before <see cref="DeleteOldSegments"/>, because a power failure that takes this name and leaves nothing of
    /// the others would take the end of the log back.
    /// </summary>
    public bool Prepare()
    {
        var segments = state.Segments.Snapshot;
        var count = Math.Max(CountBelowStart(segments), Math.Max(CountBySize(segments), CountByTime(segments)));
        if (count == 0)
            return false;
        if (count == segments.Length && !TryRoll() && --count == 0)
            return false;
        return state.Segments.Higher(segments[count - 1].BaseOffset)!.BaseOffset >= state.RecoveryPoint;
    }

    public int DeleteOldSegments() =>
        Delete(CountBelowStart, "start offset") + Delete(CountBySize, "retention.bytes") + Delete(CountByTime, "retention.ms");

    // Without space for a new segment, all but the last go: there is space for it the next time.
    private bool TryRoll()
    {
        try
        {
            roller.Roll();
            return true;
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            return false;
        }
    }

    private int CountBelowStart(LogSegment[] segments) => CountWhile(
        segments, static (segment, next, state) => next is not null && next.BaseOffset <= state.LogStartOffset, state);

    private int CountBySize(LogSegment[] segments)
    {
        var limit = state.Config.RetentionSize;
        var excess = new long[] { state.Segments.SizeInBytes - limit };
        if (!state.Config.IsDelete || limit < 0 || excess[0] < 0)
            return 0;
        return CountWhile(segments, static (segment, _, excess) =>
        {
            if (excess[0] - segment.Size < 0)
                return false;
            excess[0] -= segment.Size;
            return true;
        }, excess);
    }

    private int CountByTime(LogSegment[] segments)
    {
        var retentionMs = state.Config.RetentionMs;
        return !state.Config.IsDelete || retentionMs < 0 ? 0
            : CountWhile(
                segments, static (segment, _, age) => age.NowMs - segment.LargestTimestamp > age.RetentionMs,
                (state.NowMs, RetentionMs: retentionMs));
    }

    private int CountWhile<T>(LogSegment[] segments, Func<LogSegment, LogSegment?, T, bool> predicate, T argument)
    {
        var count = 0;
        for (; count < segments.Length; count++)
        {
            var segment = segments[count];
            var next = count + 1 < segments.Length ? segments[count + 1] : null;
            // Nothing above the high watermark is deleted, so that the log never begins above it.
            var end = next?.BaseOffset ?? state.LogEndOffset;
            if (state.HighWatermarkOffset < end || (next is null && segment.Size == 0) || !predicate(segment, next, argument))
                break;
        }
        return count;
    }

    private int Delete(Func<LogSegment[], int> count, string reason)
    {
        var segments = state.Segments.Snapshot;
        // If the last one is old too, it has grown since the preparation, and the next time has a segment after it.
        var deletable = segments[..Math.Min(count(segments), segments.Length - 1)];
        if (deletable.Length == 0)
            return 0;
        var newStart = state.Segments.Higher(deletable[^1].BaseOffset)!.BaseOffset;
        if (newStart > state.LogStartOffset)
            truncation.RaiseLogStartOffset(newStart);
        truncation.RemoveSegments(deletable);
        logger.SegmentsDeleted(deletable.Length, state.Options.TopicPartition, reason, newStart);
        return deletable.Length;
    }
}
