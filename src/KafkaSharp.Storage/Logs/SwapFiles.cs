using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Brings to an end what was under way in a log's folder when the broker stopped. Files renamed for deletion go, and copies that were to take the place
/// of a truncated file. The cleaner writes <c>.cleaned</c> files, renames them all to <c>.swap</c>, removes what they replace, and renames them to their
/// names: before the first of these steps is done the old segments count, after it the new.
/// </summary>
static class SwapFiles
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
            from = Math.Min(from, segment.BaseOffset);
            to = Math.Max(to, segment.ReadNextOffset());
            segment.CloseFiles();
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

    /// <summary>Deletes what was on its way out, and unfinished work of the cleaner; gives the swap files that count.</summary>
    private static List<string> ClearLeftovers(PartitionLogOptions options)
    {
        var files = options.FileSystem;
        List<string> swaps = [];
        List<string> cleaned = [];
        var firstCleaned = long.MaxValue;
        foreach (var path in files.EnumerateFiles(options.Directory))
        {
            if (path.EndsWith(LogFileNames.DeletedSuffix, StringComparison.Ordinal)
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
        // Swap files beside cleaned ones below them are of a split that did not come to its end: the old segment still counts (KAFKA-6264).
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
