namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Truncates a log so that a power failure at any moment leaves one that the next start checks: the offsets that are saved for the log are
/// lowered and on disk before the first file changes, and folders of it in other directories that a start may find are truncated first.
/// Until the next flush, a power failure may keep any of the changes of the truncation, and records that are appended later may follow some
/// that it should have removed; recovery looks at all of them.
/// </summary>
internal sealed class AnnouncedTruncation(LogState state, LogTruncation truncation, StorageGuard guard, LogLifecycle lifecycle)
{
    /// <summary>Removes everything from an offset on; false when the log ends before it.</summary>
    /// <exception cref="IOException">The disk fails. If files were changed, the log is closed.</exception>
    public bool TruncateTo(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Run(offset, () => LowerTo(offset), () => truncation.TruncateTo(offset));
    }

    /// <summary>Removes everything, always.</summary>
    /// <exception cref="IOException">The disk fails. If files were changed, the log is closed.</exception>
    public void TruncateFullyAndStartAt(long newOffset, long? logStartOffset) =>
        Run(0, () => LowerAll(newOffset), () => truncation.TruncateFullyAndStartAt(newOffset, logStartOffset));

    private bool Run(long cut, Action lower, Func<bool> truncate)
    {
        lock (state.SegmentChanges)
        {
            try
            {
                Announce(lower);
                TruncateLeft(cut);
                return Truncate(truncate);
            }
            finally
            {
                lock (state.Gate)
                    state.IsBeingTruncated = false;
            }
        }
    }

    private void Announce(Action lower)
    {
        bool isLowered;
        lock (state.Gate)
        {
            var (recoveryPoint, cleanedOffset) = (state.RecoveryPoint, state.CleanedOffset);
            lower();
            isLowered = state.RecoveryPoint < recoveryPoint || state.CleanedOffset < cleanedOffset
                || state.HighWatermarkOffset < state.SavedHighWatermark;
            state.IsBeingTruncated = true;
        }
        if (!isLowered)
            return;
        state.Options.OffsetsLowered?.Invoke(state.Directory);
        if (guard.IsClosed)
            throw new IOException($"The log {state.Directory} cannot be truncated: the log directory has failed");
    }

    // After a move whose end waits. If it fails, the log stays as it is.
    private void TruncateLeft(long cut)
    {
        foreach (var left in state.Left)
        {
            try
            {
                left.TruncateTo(cut, state.LogStartOffset);
            }
            catch (IOException e)
            {
                guard.Report(e, left.Path);
                throw;
            }
        }
    }

    private bool Truncate(Func<bool> truncate)
    {
        IOException failure;
        lock (state.Gate)
        {
            var cuts = state.EndCuts;
            try
            {
                return truncate();
            }
            catch (IOException e) when (state.EndCuts != cuts)
            {
                // Half of it is done: what is appended now would not follow the records before it. The next start recovers the log.
                var wasClosed = guard.IsOfClosedLog(e);
                lifecycle.CloseAbruptly();
                if (wasClosed)
                    throw;
                failure = e;
            }
        }
        // Not under the lock: the directory closes all its logs, and another thread may do so too, with the lock of one of them.
        guard.ReportFailed(failure);
        throw new IOException($"The log {state.Directory} is truncated half way: {failure.Message}", failure);
    }

    private void LowerTo(long offset)
    {
        if (offset >= state.LogEndOffset)
            return;
        if (state.Segments.First.BaseOffset > offset)
            LowerAll(offset);
        else
            Lower(truncation.FindSegment(offset).BaseOffset, offset);
    }

    private void LowerAll(long newOffset) => Lower(Math.Min(state.Segments.First.BaseOffset, newOffset), newOffset);

    private void Lower(long firstChanged, long newEnd)
    {
        if (state.RecoveryPoint > firstChanged)
            state.SetRecoveryPoint(firstChanged);
        // What is appended then was not compacted, other than what was here before.
        if (state.CleanedOffset > firstChanged)
            state.CleanedOffset = firstChanged;
        // Otherwise, after a crash, what is appended then would be taken for committed as far as this.
        if (state.HighWatermarkOffset > newEnd)
            state.SetHighWatermark(state.WithPosition(new LogOffsetMetadata(newEnd)));
    }
}
