using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Completes the changes in a log's folder that a stop of the broker has interrupted. Files renamed for deletion and copies for truncations
/// are deleted. A replacement by the cleaner (<see cref="SegmentReplacement"/>), or by the parts of a segment (<see
/// cref="OverflowedSegment"/>), is completed if all of its records have names in <c>.swap</c>, and reverted before. Its indexes may have
/// any of their names, or belong to the old segments: they are deleted, and made again from the records. A stop in here leaves a folder
/// with which the next start does the same.
/// </summary>
internal static class SwapFiles
{
    public static void Complete(PartitionLogOptions options)
    {
        var files = options.FileSystem;
        List<string> swaps = [];
        List<string> cleaned = [];
        foreach (var path in files.EnumerateFiles(options.Directory))
        {
            if (EndsIn(path, LogFileNames.DeletedSuffix) || EndsIn(path, LogFileNames.RebuiltSuffix)
                || EndsIn(path, PhysicalFile.TruncatedSuffix))
                files.DeleteFile(path);
            else if (EndsIn(path, LogFileNames.CleanedSuffix))
                cleaned.Add(path);
            else if (EndsIn(path, LogFileNames.SwapSuffix))
                swaps.Add(path);
        }
        Revert(options, swaps, cleaned);
        if (swaps.Count > 0)
            Complete(options, swaps);
    }

    /// <summary>
    /// Deletes <c>.cleaned</c> files, and <c>.swap</c> files that have such files below them: they are parts of a segment that was to be
    /// split, which is still used (KAFKA-6264).
    /// </summary>
    private static void Revert(PartitionLogOptions options, List<string> swaps, List<string> cleaned)
    {
        if (cleaned.Count == 0)
            return;
        var firstCleaned = cleaned.Min(OffsetOf);
        var parts = swaps.Where(path => OffsetOf(path) >= firstCleaned).ToArray();
        Delete(options, parts);
        // Otherwise a power failure could leave a part alone, and the next start would use it.
        if (parts.Length > 0)
            options.FileSystem.FlushDirectory(options.Directory);
        Delete(options, cleaned);
        swaps.RemoveAll(parts.Contains);
    }

    private static void Complete(PartitionLogOptions options, List<string> swaps)
    {
        var files = options.FileSystem;
        var records = swaps.Where(path => LogFileNames.IsLog(WithoutSwap(path))).ToArray();
        var replaced = Array.ConvertAll(records, path => RangeOf(options, OffsetOf(path)));
        var offsets = swaps.Select(OffsetOf).ToHashSet();
        foreach (var path in files.EnumerateFiles(options.Directory))
        {
            if (EndsIn(path, LogFileNames.SwapSuffix) || !LogFileNames.TryParseOffset(path, out var offset))
                continue;
            if (replaced.Any(range => offset >= range.From && offset < range.To)
                || (LogFileNames.IsIndex(path) && offsets.Contains(offset)))
            {
                options.Logger.CompactedFileDeleted(path);
                files.DeleteFile(path);
            }
        }
        // While there are .swap files, old ones that a power failure brings back are deleted at the next start.
        files.FlushDirectory(options.Directory);
        foreach (var path in swaps)
        {
            if (records.Contains(path))
            {
                options.Logger.SwapCompleted(path);
                files.Rename(path, WithoutSwap(path));
            }
            else
            {
                files.DeleteFile(path);
            }
        }
        files.FlushDirectory(options.Directory);
    }

    /// <summary>
    /// The offsets of the segments that a new one replaces, also if it is empty. Between those of two parts of a split may be another part,
    /// which has its name already.
    /// </summary>
    private static (long From, long To) RangeOf(PartitionLogOptions options, long baseOffset)
    {
        var segment = LogSegment.Open(
            options.FileSystem, options.Directory, baseOffset, options.Config, options.Time, 0, LogFileNames.SwapSuffix);
        try
        {
            return (baseOffset, Math.Max(baseOffset + 1, segment.ReadNextOffset()));
        }
        finally
        {
            segment.CloseFiles();
        }
    }

    private static void Delete(PartitionLogOptions options, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            options.Logger.UnfinishedCleaningDeleted(path);
            options.FileSystem.DeleteFile(path);
        }
    }

    private static long OffsetOf(string path) => LogFileNames.TryParseOffset(path, out var offset) ? offset : long.MaxValue;

    private static bool EndsIn(string path, string suffix) => path.EndsWith(suffix, StringComparison.Ordinal);

    private static string WithoutSwap(string path) => path[..^LogFileNames.SwapSuffix.Length];
}
