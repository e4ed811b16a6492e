using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>The log messages of the cleaner, one method for each event; ids 2060-2069.</summary>
internal static partial class CleanerEvents
{
    [LoggerMessage(
        2060, LogLevel.Information,
        "Compacted {Partition} from offset {FirstDirtyOffset} up to {EndOffset} in {Milliseconds} ms: {BytesRead} bytes with " +
        "{RecordsRead} records became {BytesWritten} bytes with {RecordsWritten} records")]
    public static partial void LogCompacted(
        this ILogger logger, TopicPartition partition, long firstDirtyOffset, long endOffset, long milliseconds, long bytesRead,
        long recordsRead, long bytesWritten, long recordsWritten);

    [LoggerMessage(
        2061, LogLevel.Error,
        "{Partition} cannot be compacted and is left as it is until the broker restarts: its segments grow without limit, and no record " +
        "is lost")]
    public static partial void LogUncleanable(this ILogger logger, TopicPartition partition, Exception cause);

    [LoggerMessage(
        2062, LogLevel.Warning,
        "{Partition} was compacted up to offset {CleanedOffset}, but ends at {EndOffset}: its end was lost in a crash. All of it is " +
        "compacted again")]
    public static partial void CleanedOffsetBeyondEnd(
        this ILogger logger, TopicPartition partition, long cleanedOffset, long endOffset);

    [LoggerMessage(
        2063, LogLevel.Warning, "Compaction removed {Count} records without a key from {Partition}: a compacted topic keeps none")]
    public static partial void KeylessRecordsRemoved(this ILogger logger, long count, TopicPartition partition);

    [LoggerMessage(
        2064, LogLevel.Information,
        "Split the segment of {Partition} at offset {BaseOffset} into {Count}: its last offsets are too far from its first one")]
    public static partial void SegmentSplit(this ILogger logger, TopicPartition partition, long baseOffset, int count);

    [LoggerMessage(
        2065, LogLevel.Debug,
        "The compaction of {Partition} was stopped, because its log was truncated, moved or closed, or the broker stops")]
    public static partial void CompactionStopped(this ILogger logger, TopicPartition partition);
}
