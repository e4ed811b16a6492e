using System.Globalization;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The name of a partition's folder: <c>topic-0</c>, or <c>topic-0.UNIQUE-delete</c>, <c>-future</c>, <c>-stray</c> with 32 hexadecimal
/// digits, or <c>topic-0.UNIQUE-left-stray</c> with 28, so that it is no longer than that of the future replica.
/// </summary>
public readonly record struct LogDirectoryName(TopicPartition TopicPartition, LogDirectoryKind Kind)
{
    private const int MaxLength = 255;
    private const int UniqueDigits = 32;
    private static readonly int s_uniqueDigitsOfLeft =
        UniqueDigits - (LogFileNames.LeftDirectorySuffix.Length - LogFileNames.FutureDirectorySuffix.Length);

    // Left before stray, whose end it has.
    private static readonly LogDirectoryKind[] s_named =
        [LogDirectoryKind.Delete, LogDirectoryKind.Future, LogDirectoryKind.Left, LogDirectoryKind.Stray];

    /// <summary>Parses a folder's name; false for a name that Kafka does not create.</summary>
    public static bool TryParse(string name, out LogDirectoryName parsed)
    {
        parsed = default;
        var kind = KindOf(name);
        var stem = name;
        if (kind != LogDirectoryKind.Current)
        {
            var dot = name.LastIndexOf('.');
            // topic-partition before the dot, a unique part between it and the suffix.
            if (dot < 0 || dot + 1 + SuffixOf(kind).Length >= name.Length || name.Any(char.IsWhiteSpace))
                return false;
            stem = name[..dot];
        }
        var dash = stem.LastIndexOf('-');
        if (dash <= 0 || !int.TryParse(stem.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
            return false;
        parsed = new LogDirectoryName(new TopicPartition(stem[..dash], partition), kind);
        return true;
    }

    /// <summary>
    /// A new unique name of a kind. For a deleted or stray log the topic's name is shortened if the result would be too long for a file
    /// system.
    /// </summary>
    public static string Create(TopicPartition partition, LogDirectoryKind kind, Random random)
    {
        if (kind == LogDirectoryKind.Current)
            return partition.ToString();
        Span<byte> unique = stackalloc byte[(kind == LogDirectoryKind.Left ? s_uniqueDigitsOfLeft : UniqueDigits) / 2];
        random.NextBytes(unique);
        var suffix = $"-{partition.Partition}.{Convert.ToHexStringLower(unique)}{SuffixOf(kind)}";
        var topic = kind is LogDirectoryKind.Future or LogDirectoryKind.Left ? partition.Topic
            : partition.Topic[..Math.Min(partition.Topic.Length, MaxLength - suffix.Length)];
        return topic + suffix;
    }

    /// <summary>Whether the folder of a future replica would have a longer name than a file system allows (KAFKA-4893).</summary>
    public static bool IsTooLongForFuture(TopicPartition partition) =>
        partition.ToString().Length + 1 + UniqueDigits + LogFileNames.FutureDirectorySuffix.Length > MaxLength;

    /// <summary>Whether a log is what another one has left that has moved to another log directory.</summary>
    internal static bool IsLeft(PartitionLog log) => log.Directory.EndsWith(LogFileNames.LeftDirectorySuffix, StringComparison.Ordinal);

    private static LogDirectoryKind KindOf(string name)
    {
        foreach (var kind in s_named)
        {
            if (name.EndsWith(SuffixOf(kind), StringComparison.Ordinal))
                return kind;
        }
        return LogDirectoryKind.Current;
    }

    private static string SuffixOf(LogDirectoryKind kind) => kind switch
    {
        LogDirectoryKind.Delete => LogFileNames.DeleteDirectorySuffix,
        LogDirectoryKind.Future => LogFileNames.FutureDirectorySuffix,
        LogDirectoryKind.Left => LogFileNames.LeftDirectorySuffix,
        LogDirectoryKind.Stray => LogFileNames.StrayDirectorySuffix,
        _ => "",
    };
}
