using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Replaces segments by those of the cleaner (Kafka's <c>replaceSegments</c>), so that after a crash at any moment either the old or the
/// new segments are used; <see cref="SwapFiles"/> decides this at the next start. Used under the log's lock.
/// </summary>
internal sealed class SegmentReplacement(LogState state, SegmentDeletion deletion)
{
    public void Replace(IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
    {
        // From the last to the first: after a crash in between, the .cleaned file with the lowest offset remains, so the old segments are
        // used.
        foreach (var segment in cleaned.Reverse())
            segment.ChangeSuffix(LogFileNames.CleanedSuffix, LogFileNames.SwapSuffix);
        state.Files.FlushDirectory(state.Directory);
        state.CountTruncation();
        state.Segments.Replace([.. old], [.. cleaned]);
        var kept = cleaned.Select(segment => segment.BaseOffset).ToHashSet();
        List<string> snapshots = [];
        foreach (var segment in old.Where(segment => !kept.Contains(segment.BaseOffset)))
        {
            if (state.Producers.DetachSnapshot(segment.BaseOffset) is { } path)
                snapshots.Add(path);
        }
        SegmentDeletion.Rename(old);
        deletion.Schedule([.. old], snapshots, state.Config.FileDeleteDelayMs);
        foreach (var segment in cleaned)
            segment.ChangeSuffix(LogFileNames.SwapSuffix, "");
        state.CountTruncation();
        state.Files.FlushDirectory(state.Directory);
    }
}
