using System.Globalization;

namespace KafkaSharp.Storage.Segments;

/// <summary>The names of the files of a log, as Kafka's <c>LogFileUtils</c> makes them: a base offset in 20 digits and a suffix.</summary>
public static class LogFileNames
{
    public const string LogSuffix = ".log";
    public const string OffsetIndexSuffix = ".index";
    public const string TimeIndexSuffix = ".timeindex";
    public const string TransactionIndexSuffix = ".txnindex";
    public const string ProducerSnapshotSuffix = ".snapshot";

    /// <summary>The file will be deleted.</summary>
    public const string DeletedSuffix = ".deleted";

    /// <summary>The cleaner is writing the file.</summary>
    public const string CleanedSuffix = ".cleaned";

    /// <summary>The cleaner has written the file, which will replace the original segments.</summary>
    public const string SwapSuffix = ".swap";

    /// <summary>An index that a start is making again. Kafka does not know it and ignores it.</summary>
    internal const string RebuiltSuffix = ".rebuilt";

    /// <summary>The suffix of the directory of a deleted log.</summary>
    public const string DeleteDirectorySuffix = "-delete";

    /// <summary>The suffix of the directory of a log that is being copied from another log directory.</summary>
    public const string FutureDirectorySuffix = "-future";

    public const string StrayDirectorySuffix = "-stray";

    /// <summary>The end of the name of a folder that a log has left for one in another log directory.</summary>
    public const string LeftDirectorySuffix = "-left" + StrayDirectorySuffix;

    public static string Prefix(long baseOffset) => baseOffset.ToString("D20", CultureInfo.InvariantCulture);

    public static string Log(string directory, long baseOffset, string suffix = "") => In(directory, baseOffset, LogSuffix, suffix);

    public static string OffsetIndex(string directory, long baseOffset, string suffix = "") =>
        In(directory, baseOffset, OffsetIndexSuffix, suffix);

    public static string TimeIndex(string directory, long baseOffset, string suffix = "") =>
        In(directory, baseOffset, TimeIndexSuffix, suffix);

    public static string TransactionIndex(string directory, long baseOffset, string suffix = "") =>
        In(directory, baseOffset, TransactionIndexSuffix, suffix);

    public static string ProducerSnapshot(string directory, long offset) => In(directory, offset, ProducerSnapshotSuffix, "");

    /// <summary>The offset in a file name. False if the name does not start with one.</summary>
    public static bool TryParseOffset(string path, out long offset)
    {
        var name = Path.GetFileName(path.AsSpan());
        var dot = name.IndexOf('.');
        offset = 0;
        return dot > 0 && long.TryParse(name[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }

    public static bool IsLog(string path) => path.EndsWith(LogSuffix, StringComparison.Ordinal);

    public static bool IsIndex(string path) =>
        path.EndsWith(OffsetIndexSuffix, StringComparison.Ordinal) || path.EndsWith(TimeIndexSuffix, StringComparison.Ordinal)
        || path.EndsWith(TransactionIndexSuffix, StringComparison.Ordinal);

    private static string In(string directory, long offset, string kind, string suffix) =>
        Path.Combine(directory, Prefix(offset) + kind + suffix);
}
