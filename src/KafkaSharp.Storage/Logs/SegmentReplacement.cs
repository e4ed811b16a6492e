using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Puts segments that the cleaner made in the place of others (Kafka's <c>replaceSegments</c>), so that a crash at any moment leaves the old ones or the new
/// ones to count: <see cref="SwapFiles"/> is the other half. Under the log's lock.
/// </summary>
sealed class SegmentReplacement(LogState state, SegmentDeletion deletion)
{
    public void Replace(IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
    {
        // From the last to the first: a crash in between leaves the .cleaned file with the lowest offset, which tells that the old ones count.
        foreach (var segment in cleaned.Reverse())
            segment.ChangeSuffix(LogFileNames.CleanedSuffix, LogFileNames.SwapSuffix);
        state.Files.FlushDirectory(state.Directory);
        state.CountTruncation();
        state.Segments.Replace([.. old], [.. cleaned]);
        var kept = cleaned.Select(segment => segment.BaseOffset).ToHashSet();
        List<Action> snapshots = [];
        foreach (var segment in old.Where(segment => !kept.Contains(segment.BaseOffset)))
        {
            if (state.Producers.DetachSnapshot(segment.BaseOffset) is { } path)
                snapshots.Add(() => state.Files.DeleteFile(path));
        }
        deletion.Schedule([.. old], snapshots, state.Config.FileDeleteDelayMs);
        foreach (var segment in cleaned)
            segment.ChangeSuffix(LogFileNames.SwapSuffix, "");
        state.Files.FlushDirectory(state.Directory);
    }
}
