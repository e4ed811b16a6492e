using KafkaSharp.Protocol;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>What storage says to the log, one method an event; ids 2000-2099.</summary>
static partial class StorageEvents
{
    [LoggerMessage(2000, LogLevel.Warning, "Deleting {Path}, which can't be used: {Reason}")]
    public static partial void ProducerSnapshotUnusable(this ILogger logger, string path, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Found an invalid batch in {Path} at position {Position}: {Reason}")]
    public static partial void InvalidBatchFound(this ILogger logger, string path, int position, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "Deleting the index {Path}, which belongs to no segment")]
    public static partial void OrphanedIndexDeleted(this ILogger logger, string path);

    [LoggerMessage(2012, LogLevel.Warning, "Making the indexes of {Path} again: {Reason}")]
    public static partial void IndexesRebuilt(this ILogger logger, string path, string reason);

    [LoggerMessage(2013, LogLevel.Information, "Recovering segment {Path}, {Index} of {Count}")]
    public static partial void RecoveringSegment(this ILogger logger, string path, int index, int count);

    [LoggerMessage(2014, LogLevel.Warning, "Segment {Path} was not whole: the log now ends at {EndOffset}, and {Count} segments after it are deleted")]
    public static partial void LogCutAtCorruption(this ILogger logger, string path, long endOffset, int count);

    [LoggerMessage(2015, LogLevel.Warning, "The log in {Directory} ends at {EndOffset}, below its start {StartOffset}: it begins anew there")]
    public static partial void LogEndsBelowStart(this ILogger logger, string directory, long endOffset, long startOffset);

    [LoggerMessage(2016, LogLevel.Information, "Deleting {Path}: it was compacted before the broker stopped")]
    public static partial void CompactedFileDeleted(this ILogger logger, string path);

    [LoggerMessage(2017, LogLevel.Information, "Completing the swap of {Path}")]
    public static partial void SwapCompleted(this ILogger logger, string path);

    [LoggerMessage(2018, LogLevel.Information, "Deleting {Path}, left by a cleaning that did not come to its end")]
    public static partial void UnfinishedCleaningDeleted(this ILogger logger, string path);

    [LoggerMessage(2019, LogLevel.Error, "Files of a deleted segment could not be deleted; the next start tries again")]
    public static partial void SegmentNotDeleted(this ILogger logger, Exception fault);

    [LoggerMessage(2020, LogLevel.Information, "Deleted {Count} segments of {Partition} by {Reason}: it begins at {StartOffset}")]
    public static partial void SegmentsDeleted(this ILogger logger, int count, TopicPartition partition, string reason, long startOffset);

    [LoggerMessage(2021, LogLevel.Error, "The disk failed under {Partition} in {Directory}")]
    public static partial void StorageFailed(this ILogger logger, TopicPartition partition, string directory, Exception fault);

    [LoggerMessage(2022, LogLevel.Error, "{Partition} can't be read: {Reason}")]
    public static partial void CorruptBatchMet(this ILogger logger, TopicPartition partition, string reason);

    [LoggerMessage(2023, LogLevel.Error, "What {Path} tells of producers is not known to its end: {Reason}")]
    public static partial void ReplayStopped(this ILogger logger, string path, string reason);

    [LoggerMessage(2041, LogLevel.Information, "Opened {Count} logs in {Directory}{How}")]
    public static partial void LogDirectoryLoaded(this ILogger logger, string directory, int count, string how);

    [LoggerMessage(2042, LogLevel.Warning, "Taking all offsets for 0: {Path} can't be used: {Reason}")]
    public static partial void CheckpointUnusable(this ILogger logger, string path, string reason);

    [LoggerMessage(2043, LogLevel.Warning, "Leaving {Path} alone: its name is not that of a partition's folder")]
    public static partial void FolderIgnored(this ILogger logger, string path);

    [LoggerMessage(2044, LogLevel.Warning, "Leaving {Path} alone: it is a {Kind} log")]
    public static partial void FolderKeptAside(this ILogger logger, string path, LogDirectoryKind kind);

    [LoggerMessage(2045, LogLevel.Error, "The data directory {Directory} has failed and is offline with its {Count} logs")]
    public static partial void LogDirectoryFailed(this ILogger logger, string directory, int count, Exception cause);

    [LoggerMessage(2047, LogLevel.Information, "Created the log of {Partition} in {Path}")]
    public static partial void LogCreated(this ILogger logger, TopicPartition partition, string path);

    [LoggerMessage(2048, LogLevel.Information, "Renamed the log of {Partition} to {Path}")]
    public static partial void LogSetAside(this ILogger logger, TopicPartition partition, string path);

    [LoggerMessage(2049, LogLevel.Information, "Deleted {Path}")]
    public static partial void LogDeleted(this ILogger logger, string path);

    [LoggerMessage(2050, LogLevel.Error, "A background task of the log manager has failed")]
    public static partial void MaintenanceFailed(this ILogger logger, Exception cause);

    [LoggerMessage(2051, LogLevel.Error, "The topic {Topic} is served with the broker's defaults, because its configuration is refused: {Reason}")]
    public static partial void TopicConfigRefused(this ILogger logger, string topic, string reason);

    [LoggerMessage(2052, LogLevel.Warning, "Compaction is not active yet: topics with cleanup.policy=compact keep all their records")]
    public static partial void CompactionIsInactive(this ILogger logger);
}
