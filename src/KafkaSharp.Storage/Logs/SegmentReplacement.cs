using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Replaces segments by those of the cleaner (Kafka's <c>replaceSegments</c>), so that after a crash at any moment either the old or the
/// new segments are used; <see cref="SwapFiles"/> decides this at the next start. The caller holds <see cref="LogState.SegmentChanges"/>.
/// The log's lock is held for the renames and not while the disk is waited for.
/// </summary>
internal sealed class SegmentReplacement(LogState state, SegmentDeletion deletion)
{
    /// <summary>
    /// Announces the new segments, under the log's lock: from now on a start uses them. The directory is to be flushed then.
    /// </summary>
    public static void Announce(IReadOnlyList<LogSegment> cleaned)
    {
        // From the last to the first: after a crash in between, the .cleaned file with the lowest offset remains, so the old segments are
        // used.
        foreach (var segment in cleaned.Reverse())
            segment.ChangeSuffix(LogFileNames.CleanedSuffix, LogFileNames.SwapSuffix);
    }

    /// <summary>Puts the new segments into the place of the old ones, under the log's lock.</summary>
    public void Replace(IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
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
        foreach (var segment in cleaned)
            segment.ChangeSuffix(LogFileNames.SwapSuffix, "");
        state.FindPositionsAgain();
        state.CountTruncation();
    }
}
