using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Deletes old segments: those below the log start offset, beyond retention.bytes, and older than retention.ms. Under the log's lock.
/// </summary>
internal sealed class LogRetention(LogState state, LogRoller roller, LogTruncation truncation, ILogger logger)
{
    public int DeleteOldSegments()
    {
        var deleted = DeleteWhile(
            static (segment, next, state) => next is not null && next.BaseOffset <= state.LogStartOffset, state, "start offset");
        if (state.Config.IsDelete)
            deleted += DeleteBySize() + DeleteByTime();
        return deleted;
    }

    private int DeleteBySize()
    {
        var limit = state.Config.RetentionSize;
        var excess = new long[] { state.Segments.SizeInBytes - limit };
        if (limit < 0 || excess[0] < 0)
            return 0;
        return DeleteWhile(static (segment, _, excess) =>
        {
            if (excess[0] - segment.Size < 0)
                return false;
            excess[0] -= segment.Size;
            return true;
        }, excess, "retention.bytes");
    }

    private int DeleteByTime()
    {
        var retentionMs = state.Config.RetentionMs;
        return retentionMs < 0 ? 0
            : DeleteWhile(
                static (segment, _, age) => age.NowMs - segment.LargestTimestamp > age.RetentionMs, (state.NowMs, RetentionMs: retentionMs),
                "retention.ms");
    }

    private int DeleteWhile<T>(Func<LogSegment, LogSegment?, T, bool> predicate, T argument, string reason)
    {
        var segments = state.Segments.Snapshot;
        List<LogSegment> deletable = [];
        for (var index = 0; index < segments.Length; index++)
        {
            var segment = segments[index];
            var next = index + 1 < segments.Length ? segments[index + 1] : null;
            // Nothing above the high watermark is deleted, so that the log never begins above it.
            var end = next?.BaseOffset ?? state.LogEndOffset;
            if (state.HighWatermarkOffset < end || (next is null && segment.Size == 0) || !predicate(segment, next, argument))
                break;
            deletable.Add(segment);
        }
        if (deletable.Count == 0)
            return 0;
        if (deletable.Count == segments.Length)
            roller.Roll();
        var newStart = state.Segments.Higher(deletable[^1].BaseOffset)!.BaseOffset;
        if (newStart > state.LogStartOffset)
            truncation.RaiseLogStartOffset(newStart);
        truncation.RemoveSegments(deletable);
        logger.SegmentsDeleted(deletable.Count, state.Options.TopicPartition, reason, newStart);
        return deletable.Count;
    }
}
