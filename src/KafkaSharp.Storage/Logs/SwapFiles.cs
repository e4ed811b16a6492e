using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Completes the changes in a log's folder that a stop of the broker has interrupted. Files renamed for deletion and copies for truncations
/// are deleted. The cleaner writes <c>.cleaned</c> files, renames them all to <c>.swap</c>, removes the segments that they replace, and
/// renames them to their final names: until all are renamed to <c>.swap</c> the old segments are used, afterwards the new ones.
/// </summary>
internal static class SwapFiles
{
    public static void Complete(PartitionLogOptions options)
    {
        var files = options.FileSystem;
        var swaps = ClearLeftovers(options);
        if (swaps.Count == 0)
            return;
        var (from, to) = (long.MaxValue, long.MinValue);
        foreach (var swap in swaps)
        {
            if (!LogFileNames.IsLog(WithoutSwap(swap)) || !LogFileNames.TryParseOffset(swap, out var baseOffset))
                continue;
            var segment = LogSegment.Open(files, options.Directory, baseOffset, options.Config, options.Time, 0, LogFileNames.SwapSuffix);
            try
            {
                from = Math.Min(from, segment.BaseOffset);
                to = Math.Max(to, segment.ReadNextOffset());
            }
            finally
            {
                segment.CloseFiles();
            }
        }
        foreach (var path in files.EnumerateFiles(options.Directory))
        {
            if (IsSwap(path) || !LogFileNames.TryParseOffset(path, out var offset) || offset < from || offset >= to)
                continue;
            options.Logger.CompactedFileDeleted(path);
            files.DeleteFile(path);
        }
        foreach (var swap in files.EnumerateFiles(options.Directory).Where(IsSwap))
        {
            options.Logger.SwapCompleted(swap);
            files.Rename(swap, WithoutSwap(swap));
        }
        files.FlushDirectory(options.Directory);
    }

    /// <summary>
    /// Deletes files that were to be deleted and unfinished files of the cleaner; returns the swap files that are complete.
    /// </summary>
    private static List<string> ClearLeftovers(PartitionLogOptions options)
    {
        var files = options.FileSystem;
        List<string> swaps = [];
        List<string> cleaned = [];
        var firstCleaned = long.MaxValue;
        foreach (var path in files.EnumerateFiles(options.Directory))
        {
            if (path.EndsWith(LogFileNames.DeletedSuffix, StringComparison.Ordinal)
                || path.EndsWith(LogFileNames.RebuiltSuffix, StringComparison.Ordinal)
                || path.EndsWith(PhysicalFile.TruncatedSuffix, StringComparison.Ordinal))
            {
                files.DeleteFile(path);
            }
            else if (path.EndsWith(LogFileNames.CleanedSuffix, StringComparison.Ordinal))
            {
                cleaned.Add(path);
                if (LogFileNames.TryParseOffset(path, out var offset))
                    firstCleaned = Math.Min(firstCleaned, offset);
            }
            else if (IsSwap(path))
            {
                swaps.Add(path);
            }
        }
        // Swap files with .cleaned files below them are of an unfinished split: the old segment is still used (KAFKA-6264).
        var unfinished = swaps.Where(path => LogFileNames.TryParseOffset(path, out var offset) && offset >= firstCleaned).ToList();
        foreach (var path in unfinished.Concat(cleaned))
        {
            options.Logger.UnfinishedCleaningDeleted(path);
            files.DeleteFile(path);
        }
        return [.. swaps.Except(unfinished)];
    }

    private static bool IsSwap(string path) => path.EndsWith(LogFileNames.SwapSuffix, StringComparison.Ordinal);

    private static string WithoutSwap(string path) => path[..^LogFileNames.SwapSuffix.Length];
}
