using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Replaces segments by those of the cleaner (Kafka's <c>replaceSegments</c>), so that after a stop of the process or the power at any
/// moment either the old or the new segments are used; <see cref="SwapFiles"/> decides this at the next start, by the names of the
/// <c>.log</c> files alone. A power failure may keep any of the renames since the last flush of the directory, so it is flushed after each
/// step. The caller holds <see cref="LogState.SegmentChanges"/>. The log's lock is held for the renames and not while the disk is waited
/// for.
/// </summary>
/// <param name="state">The log.</param>
/// <param name="deletion">Deletes the old segments.</param>
/// <param name="directory">The folder when the cleaning began.</param>
/// <param name="isCurrent">Whether the log is still open in this folder; asked under the log's lock.</param>
internal sealed class SegmentReplacement(LogState state, SegmentDeletion deletion, string directory, Func<bool> isCurrent)
{
    /// <summary>
    /// False when the log has changed since the cleaning began. When it is closed or renamed between two steps, its next start goes on.
    /// </summary>
    /// <param name="cleaned">The new segments, flushed, with names in <c>.cleaned</c>.</param>
    /// <param name="old">Those that they replace.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryRun(IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
    {
        lock (state.Gate)
        {
            if (!isCurrent() || !old.All(state.Segments.Snapshot.Contains))
                return false;
        }
        return TryAnnounce(cleaned) && TryStep(() => Remove(old, cleaned)) && TryStep(() => Name(cleaned));
    }

    /// <summary>
    /// Announces the new segments as <c>.swap</c> files: from now on a start uses them. The first one comes last, because a start uses none
    /// while a <c>.cleaned</c> file is below them.
    /// </summary>
    private bool TryAnnounce(IReadOnlyList<LogSegment> cleaned)
    {
        if (cleaned.Count > 1)
        {
            state.Files.FlushDirectory(directory);
            if (!TryStep(() => ChangeSuffix(cleaned.Skip(1), LogFileNames.CleanedSuffix, LogFileNames.SwapSuffix)))
                return false;
        }
        return TryStep(() => ChangeSuffix(cleaned.Take(1), LogFileNames.CleanedSuffix, LogFileNames.SwapSuffix));
    }

    /// <summary>
    /// Puts the new segments into the place of the old ones, whose files get names in <c>.deleted</c>. Only when none of these can come
    /// back may the new ones lose their suffix: with it, a start deletes old segments in their range.
    /// </summary>
    private void Remove(IReadOnlyList<LogSegment> old, IReadOnlyList<LogSegment> cleaned)
    {
        state.CountTruncation();
        state.Segments.Replace([.. old], [.. cleaned]);
        var kept = cleaned.Select(segment => segment.BaseOffset).ToHashSet();
        List<string> snapshots = [];
        foreach (var segment in old.Where(segment => !kept.Contains(segment.BaseOffset)))
        {
            if (state.Producers.DetachSnapshot(segment.BaseOffset) is not { } path)
                continue;
            // Until it is deleted, a truncation to this offset may take another snapshot there.
            state.Files.Rename(path, path + LogFileNames.DeletedSuffix);
            snapshots.Add(path + LogFileNames.DeletedSuffix);
        }
        SegmentDeletion.Rename(old);
        deletion.Schedule([.. old], snapshots, state.Config.FileDeleteDelayMs);
        state.FindPositionsAgain();
        state.CountTruncation();
    }

    private void Name(IReadOnlyList<LogSegment> cleaned)
    {
        state.CountTruncation();
        ChangeSuffix(cleaned, LogFileNames.SwapSuffix, "");
        state.CountTruncation();
    }

    private bool TryStep(Action step)
    {
        lock (state.Gate)
        {
            if (!isCurrent())
                return false;
            step();
        }
        state.Files.FlushDirectory(directory);
        return true;
    }

    private static void ChangeSuffix(IEnumerable<LogSegment> segments, string from, string to)
    {
        foreach (var segment in segments)
            segment.ChangeSuffix(from, to);
    }
}
