namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What a move to another log directory needs of a log: as the current one, which continues in the end with the segments of its future
/// replica, and as this replica, which is a log of its own until then (<c>topic-0.UNIQUE-future</c>, KIP-113).
/// </summary>
internal sealed class MoveAccess(
    LogState state, StorageGuard guard, LogLifecycle lifecycle, LogFlusher flusher, SegmentDeletion deletion, LogRoller roller)
{
    /// <summary>
    /// The lowest offset at which the end of the log was truncated since the last call; <see cref="long.MaxValue"/> if it was not. What a
    /// copy has from there on may not be what is there now.
    /// </summary>
    public long TakeLowestCut()
    {
        lock (state.Gate)
        {
            var cut = state.LowestCut;
            state.LowestCut = long.MaxValue;
            return cut;
        }
    }

    /// <summary>Moves the log end to an offset: compaction has left no record between the two.</summary>
    public void SkipTo(long offset)
    {
        lock (state.Gate)
        {
            if (guard.IsClosed || offset <= state.LogEndOffset)
                return;
            roller.Roll(offset);
            state.SetLogEnd(offset);
        }
    }

    /// <summary>
    /// Continues in another folder with the segments of the future replica, which ends. Requests notice nothing: offsets, epochs, producers
    /// and waiting requests stay, and readers read again. The log's lock is held for the rename, and for what <paramref name="completes"/>
    /// does.
    /// </summary>
    /// <param name="future">The future replica, flushed but for its end.</param>
    /// <param name="folder">The path that its folder gets.</param>
    /// <param name="completes">
    /// Whether both logs are equal, called when nothing can be appended any more; it may copy what is missing, if that is little.
    /// </param>
    /// <returns>The folder that was left; null, with nothing changed, when they are not equal or one is closed.</returns>
    /// <exception cref="IOException">The folder cannot be renamed: nothing was changed.</exception>
    public LeftFolder? TryContinueWith(PartitionLog future, string folder, Func<bool> completes)
    {
        LeftFolder? left = null;
        // A flush under way would publish, for this log, what it has made durable in the folder that is left.
        future.Moving.Exclude(() => Exclude(() =>
        {
            lock (state.SegmentChanges)
            {
                lock (state.Gate)
                {
                    if (!guard.IsClosed && state.LowestCut == long.MaxValue && completes())
                        left = future.Moving.HandOver(state, deletion, folder);
                }
            }
        }));
        if (left is not null)
            future.Moving.DeleteWaiting();
        return left;
    }

    private void Exclude(Action action) => flusher.Exclude(action);

    private LeftFolder? HandOver(LogState current, SegmentDeletion deletionOfCurrent, string folder)
    {
        lock (state.Gate)
        {
            if (guard.IsClosed || state.LogEndOffset != current.LogEndOffset)
                return null;
            lifecycle.Rename(folder);
            var left = new LeftFolder(
                current.Files, current.Directory, current.Segments.Snapshot, deletionOfCurrent.Release(), current.LogEndOffset);
            current.Left = [.. current.Left.Where(earlier => !earlier.IsSetAside), left];
            current.ContinueWith(state);
            lifecycle.GiveUp();
            return left;
        }
    }

    private void DeleteWaiting() => deletion.Dispose();
}
