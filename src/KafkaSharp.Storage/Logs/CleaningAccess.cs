using KafkaSharp.Protocol;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What the cleaner needs of a log, and what it remembers of it. A cleaning holds no lock while it reads and writes: truncation, retention,
/// renaming and closing do not wait for it, and it finds out, before it replaces segments, that they were not what it has read any more.
/// </summary>
internal sealed class CleaningAccess(LogState state, StorageGuard guard, LogLifecycle lifecycle, SegmentDeletion deletion)
{
    private bool _isPaused;

    /// <summary>Whether a thread cleans the log; guarded by the cleaner.</summary>
    public bool IsInProgress { get; set; }

    /// <summary>Whether the log could not be cleaned, and is left alone until it is opened again; guarded by the cleaner.</summary>
    public bool IsUncleanable { get; set; }

    /// <summary>
    /// Whether the log is not cleaned, because it is copied to another directory: what the copy has already would be missing what the
    /// cleaner removes later, such as a tombstone.
    /// </summary>
    public bool IsPaused => Volatile.Read(ref _isPaused);

    /// <summary>Whether the log is closed, so that there is nothing to clean.</summary>
    public bool IsClosed => guard.IsClosed;

    /// <summary>Pauses the cleaning of the log; one under way replaces nothing any more.</summary>
    public void Pause()
    {
        // A replacement that has begun is completed before.
        lock (state.SegmentChanges)
        {
            lock (state.Gate)
                _isPaused = true;
        }
    }

    public void Resume() => Volatile.Write(ref _isPaused, false);

    /// <summary>Begins a cleaning: what <see cref="IsCurrent"/> compares with.</summary>
    public Cleaned Begin()
    {
        lock (state.Gate)
            return new Cleaned(state.EndCuts, state.Directory);
    }

    /// <summary>Whether the log is open in the same folder, its end was not truncated since, and its cleaning not paused.</summary>
    public bool IsCurrent(Cleaned cleaning) =>
        !guard.IsClosed && !IsPaused && state.EndCuts == cleaning.EndCuts && state.Directory == cleaning.Directory;

    /// <summary>
    /// Whether an exception in a cleaning means that the log was closed, truncated or renamed in the meantime. It waits for a change under
    /// way, so it must not be called in the filter of an exception.
    /// </summary>
    public bool WasDisturbed(Cleaned cleaning)
    {
        lock (state.Gate)
            return !IsCurrent(cleaning);
    }

    /// <summary>Creates an empty segment whose names end in .cleaned.</summary>
    /// <exception cref="OperationCanceledException">The log was truncated, closed or renamed in the meantime.</exception>
    public LogSegment CreateSegment(Cleaned cleaning, long baseOffset)
    {
        lock (state.Gate)
        {
            // In the folder of a log that was renamed may be another one, which is compacted too.
            if (!IsCurrent(cleaning))
                throw new OperationCanceledException($"{state.Options.TopicPartition} has changed since its cleaning began");
            return LogSegment.Create(
                state.Files, cleaning.Directory, baseOffset, state.Config, state.Options.Time, rollJitterMs: 0,
                LogFileNames.CleanedSuffix);
        }
    }

    /// <summary>The last batch of each producer, whose sequences and epoch must stay in the log.</summary>
    public Dictionary<long, LastBatch> LastBatches()
    {
        lock (state.Gate)
        {
            var last = new Dictionary<long, LastBatch>(state.Producers.Producers.Count, SeededInt64Comparer.Instance);
            foreach (var producer in state.Producers.Producers)
                last.Add(producer.ProducerId, new LastBatch(producer.LastDataOffset, producer.ProducerEpoch));
            return last;
        }
    }

    /// <summary>
    /// Replaces segments by those that the cleaner made of them, which are flushed; false when the log was truncated, closed or renamed in
    /// the meantime, or retention has deleted one of them.
    /// </summary>
    /// <exception cref="IOException">The disk fails. The log is closed; the next start completes the replacement or reverts it.</exception>
    public bool TryReplace(Cleaned cleaning, IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
    {
        lock (state.SegmentChanges)
        {
            try
            {
                return new SegmentReplacement(state, deletion, cleaning.Directory, () => IsCurrent(cleaning)).TryRun(cleaned, old);
            }
#pragma warning disable CA1031 // Whatever it is, the folder is between two steps.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // A log that was closed or renamed keeps what is announced for its next start. Otherwise it is closed now, before a
                // truncation can come: what is announced would bring back at the next start what that removes.
                if (WasDisturbed(cleaning))
                    return false;
                Close([.. cleaned, .. old]);
                var failure = e as IOException ?? new IOException($"Segments of {cleaning.Directory} were not replaced: {e.Message}", e);
                guard.ReportHalfDone(failure);
                lifecycle.CloseAbruptly();
                throw failure;
            }
        }
    }

    /// <summary>
    /// Deletes segments that replace nothing. Those of a log that was closed or renamed stay for its next start: another log may be in the
    /// folder now, and a replacement may have been interrupted.
    /// </summary>
    /// <exception cref="IOException">
    /// The disk fails. What stays would make the next start revert a replacement of segments after it.
    /// </exception>
    public void Discard(Cleaned cleaning, IReadOnlyList<LogSegment> cleaned)
    {
        lock (state.Gate)
        {
            if (guard.IsClosed || state.Directory != cleaning.Directory)
            {
                Close(cleaned);
                return;
            }
            foreach (var segment in cleaned)
                segment.Delete();
        }
    }

    /// <summary>Sets the offset below which the log is compacted, unless its end was truncated in the meantime; false if so.</summary>
    public bool TrySetCleanedOffset(Cleaned cleaning, long offset)
    {
        lock (state.Gate)
        {
            if (!IsCurrent(cleaning))
                return false;
            state.CleanedOffset = offset;
            return true;
        }
    }

    /// <summary>
    /// Forgets a cleaned offset that does not fit the log: records between its end and this offset are gone, and others will be there.
    /// </summary>
    public void CheckCleanedOffset()
    {
        if (state.CleanedOffset <= state.LogEndOffset)
            return;
        state.Options.Logger.CleanedOffsetBeyondEnd(state.Options.TopicPartition, state.CleanedOffset, state.LogEndOffset);
        state.CleanedOffset = -1;
    }

    private static void Close(IReadOnlyList<LogSegment> segments)
    {
        foreach (var segment in segments)
            segment.CloseFiles();
    }

    /// <summary>The state of a log when a cleaning began.</summary>
    /// <param name="EndCuts">How often its end was truncated.</param>
    /// <param name="Directory">Its folder.</param>
    internal sealed record Cleaned(int EndCuts, string Directory);
}

/// <summary>The last batch of a producer.</summary>
/// <param name="DataOffset">The last offset of its last data batch; -1 if there is none, or it is of an earlier epoch.</param>
/// <param name="Epoch">Its epoch.</param>
internal readonly record struct LastBatch(long DataOffset, short Epoch);
