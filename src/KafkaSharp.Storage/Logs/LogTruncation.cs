using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Truncates a log at its end (a follower that has more than its leader) or at its start. Used under the log's lock. At its end it is
/// truncated by <see cref="AnnouncedTruncation"/>, which has lowered the recovery point.
/// </summary>
internal sealed class LogTruncation(LogState state, LogRoller roller, SegmentDeletion deletion)
{
    /// <summary>Removes everything from an offset on; false when the log ends before it.</summary>
    public bool TruncateTo(long offset)
    {
        if (offset >= state.LogEndOffset)
        {
            // A leader that wrote nothing in its epoch leaves an entry beyond the end.
            state.Epochs.TruncateFromEnd(state.LogEndOffset);
            return false;
        }
        if (state.Segments.First.BaseOffset > offset)
            return TruncateFullyAndStartAt(offset, null);
        // What is not whole is found before anything is changed.
        FindSegment(offset);
        state.CountEndCut(offset);
        // From the last to the first: after a crash in between, the log ends earlier, but has no gap.
        RemoveSegments([.. state.Segments.Snapshot.Where(segment => segment.BaseOffset > offset).Reverse()]);
        state.Segments.Active.TruncateTo(offset);
        LowerCleanedOffset(state.Segments.Active.BaseOffset);
        state.Epochs.TruncateFromEnd(offset);
        if (state.LogStartOffset > offset)
            state.SetLogStartOffset(offset);
        state.SetLogEnd(offset);
        state.CountTruncation();
        ProducerReplay.Rebuild(state.Producers, state.Segments, state.LogStartOffset, offset, state.NowMs, afterCleanShutdown: false);
        // A replayed transaction limits the last stable offset until the high watermark passes its marker, which it may have done before.
        state.Producers.OnHighWatermarkUpdated(state.HighWatermarkOffset);
        state.UpdateFirstUnstable();
        return true;
    }

    /// <summary>The segment that a truncation to an offset shortens; the log has this offset.</summary>
    /// <exception cref="IOException">A batch before the offset is not whole, so that it cannot be found.</exception>
    public LogSegment FindSegment(long offset)
    {
        var segments = state.Segments.Snapshot;
        var found = segments[LogSegments.IndexOfFloor(segments, offset)];
        found.CheckTruncation(offset);
        return found;
    }

    /// <summary>Removes everything, always.</summary>
    public bool TruncateFullyAndStartAt(long newOffset, long? logStartOffset)
    {
        var removed = state.Segments.Snapshot;
        roller.Replace(removed, newOffset);
        state.CountEndCut(0);
        DeleteLater(removed);
        state.Epochs.Clear();
        state.Producers.TruncateFullyAndStartAt(newOffset);
        LowerCleanedOffset(newOffset);
        state.SetLogStartOffset(logStartOffset ?? newOffset);
        state.SetLogEnd(newOffset);
        ProducerReplay.Rebuild(state.Producers, state.Segments, state.LogStartOffset, newOffset, state.NowMs, afterCleanShutdown: false);
        state.SetHighWatermark(state.LogEnd);
        state.CountTruncation();
        return true;
    }

    /// <summary>
    /// Raises the log start offset, and the high watermark, which must not be below it. Not the recovery point: if a power failure takes
    /// the new start, recovery begins at the saved recovery point, and everything from there on must have been flushed.
    /// </summary>
    public void RaiseLogStartOffset(long offset)
    {
        state.SetLogStartOffset(offset);
        if (state.HighWatermarkOffset < offset)
            state.SetHighWatermark(state.WithPosition(new LogOffsetMetadata(offset)));
        state.Epochs.TruncateFromStart(offset);
        state.Producers.OnLogStartOffsetIncremented(offset);
        state.UpdateFirstUnstable();
    }

    /// <summary>Removes segments from the log; their files and producer snapshots are deleted later.</summary>
    public void RemoveSegments(IReadOnlyCollection<LogSegment> removed)
    {
        if (removed.Count == 0)
            return;
        state.CountTruncation();
        state.Segments.Remove(removed);
        try
        {
            SegmentDeletion.Rename(removed);
        }
        finally
        {
            // Also under their old names: the log has no more to do with them.
            DeleteLater(removed);
        }
    }

    // What is appended now was not compacted, other than what was here before.
    private void LowerCleanedOffset(long offset)
    {
        if (state.CleanedOffset > offset)
            state.CleanedOffset = offset;
    }

    private void DeleteLater(IReadOnlyCollection<LogSegment> removed)
    {
        List<string> snapshots = [];
        try
        {
            foreach (var segment in removed)
            {
                if (state.Producers.DetachSnapshot(segment.BaseOffset) is not { } path)
                    continue;
                var deleted = path + LogFileNames.DeletedSuffix;
                state.Files.Rename(path, deleted);
                snapshots.Add(deleted);
            }
        }
        finally
        {
            deletion.Schedule(removed, snapshots, state.Config.FileDeleteDelayMs);
            state.CountTruncation();
        }
    }
}
