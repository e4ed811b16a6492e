using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>The log messages of the storage layer, one method for each event; ids 2000-2099.</summary>
internal static partial class StorageEvents
{
    [LoggerMessage(
        2000, LogLevel.Warning, "The producer snapshot {Path} cannot be used and is deleted; the previous one is used instead: {Reason}")]
    public static partial void ProducerSnapshotUnusable(this ILogger logger, string path, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "The batch in {Path} at position {Position} is invalid: {Reason}")]
    public static partial void InvalidBatchFound(this ILogger logger, string path, int position, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "Deleting the index {Path}: there is no segment for it")]
    public static partial void OrphanedIndexDeleted(this ILogger logger, string path);

    [LoggerMessage(2012, LogLevel.Warning, "Rebuilding the indexes of {Path}: {Reason}")]
    public static partial void IndexesRebuilt(this ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 2013, Message = "Recovering segment {Path}, {Index} of {Count}")]
    public static partial void RecoveringSegment(this ILogger logger, LogLevel level, string path, int index, int count);

    [LoggerMessage(
        2014, LogLevel.Warning,
        "Truncated the log after {Path}: it ends at offset {EndOffset} now. What followed was not whole or does not continue it; " +
        "{Count} later segments are deleted")]
    public static partial void LogCutAtCorruption(this ILogger logger, string path, long endOffset, int count);

    [LoggerMessage(
        2015, LogLevel.Warning,
        "The log in {Directory} ends at offset {EndOffset}, below its log start offset {StartOffset}. Its segments are deleted, and it " +
        "continues at the log start offset")]
    public static partial void LogEndsBelowStart(this ILogger logger, string directory, long endOffset, long startOffset);

    [LoggerMessage(2016, LogLevel.Information, "Deleting {Path}: compaction had replaced it before the broker stopped")]
    public static partial void CompactedFileDeleted(this ILogger logger, string path);

    [LoggerMessage(2017, LogLevel.Information, "Renaming {Path}: compaction had finished it before the broker stopped")]
    public static partial void SwapCompleted(this ILogger logger, string path);

    [LoggerMessage(2018, LogLevel.Information, "Deleting {Path}: compaction had not finished when the broker stopped")]
    public static partial void UnfinishedCleaningDeleted(this ILogger logger, string path);

    [LoggerMessage(2019, LogLevel.Error, "The files of a deleted segment could not be removed; the next start removes them")]
    public static partial void SegmentNotDeleted(this ILogger logger, Exception fault);

    [LoggerMessage(
        2020, LogLevel.Information,
        "Deleted {Count} segments of {Partition} because of {Reason}; the log starts at offset {StartOffset} now")]
    public static partial void SegmentsDeleted(this ILogger logger, int count, TopicPartition partition, string reason, long startOffset);

    [LoggerMessage(2021, LogLevel.Error, "A disk operation on the log of {Partition} in {Directory} failed: check the disk")]
    public static partial void StorageFailed(this ILogger logger, TopicPartition partition, string directory, Exception fault);

    [LoggerMessage(2022, LogLevel.Error, "A request to read {Partition} got CORRUPT_MESSAGE: {Reason}")]
    public static partial void CorruptBatchFound(this ILogger logger, TopicPartition partition, string reason);

    [LoggerMessage(
        2023, LogLevel.Error, "The producer state was restored from only a part of {Path}, because the segment is corrupt: {Reason}")]
    public static partial void ReplayStopped(this ILogger logger, string path, string reason);

    [LoggerMessage(
        2024, LogLevel.Warning,
        "A batch of {Partition} at offset {Offset} contradicts the state of its producer. It stays in the log; the state is restored " +
        "without it and without later ones like it: {Reason}")]
    public static partial void BatchSkippedInReplay(this ILogger logger, TopicPartition partition, long offset, string reason);

    [LoggerMessage(2041, LogLevel.Information, "Opened {Count} logs in {Directory}{Recovery}")]
    public static partial void LogDirectoryLoaded(this ILogger logger, string directory, int count, string recovery);

    [LoggerMessage(
        2042, LogLevel.Warning,
        "The checkpoint {Path} cannot be used. Its offsets count as 0, so that a recovery reads whole logs; no records are lost: {Reason}")]
    public static partial void CheckpointUnusable(this ILogger logger, string path, string reason);

    [LoggerMessage(2043, LogLevel.Warning, "Ignoring the folder {Path}: its name is not that of a partition")]
    public static partial void FolderIgnored(this ILogger logger, string path);

    [LoggerMessage(2044, LogLevel.Warning, "Ignoring the folder {Path}: it contains a {Kind} log")]
    public static partial void FolderNotOpened(this ILogger logger, string path, LogDirectoryKind kind);

    [LoggerMessage(
        2045, LogLevel.Error,
        "The log directory {Directory} has failed and is offline with its {Count} logs until the broker restarts. {Advice}")]
    public static partial void LogDirectoryFailed(this ILogger logger, string directory, int count, string advice, Exception cause);

    [LoggerMessage(
        2046, LogLevel.Error,
        "The log directory {Directory} has no space left. Appends are refused with KAFKA_STORAGE_ERROR, and clients try again, until " +
        "there is space: {Reason}")]
    public static partial void LogDirectoryFull(this ILogger logger, string directory, string reason);

    [LoggerMessage(2052, LogLevel.Warning, "What the creation of a log has left cannot be deleted: {Path}")]
    public static partial void RestOfCreationNotDeleted(this ILogger logger, string path, Exception cause);

    [LoggerMessage(2047, LogLevel.Debug, "Created the log of {Partition} in {Path}")]
    public static partial void LogCreated(this ILogger logger, TopicPartition partition, string path);

    [LoggerMessage(2048, LogLevel.Information, "Renamed the log of {Partition} to {Path}")]
    public static partial void LogRenamed(this ILogger logger, TopicPartition partition, string path);

    [LoggerMessage(2049, LogLevel.Information, "Deleted the files of the log {Path}")]
    public static partial void LogDeleted(this ILogger logger, string path);

    [LoggerMessage(2050, LogLevel.Error, "A periodic task of the log manager failed; it runs again after its interval")]
    public static partial void MaintenanceFailed(this ILogger logger, Exception cause);

    [LoggerMessage(2053, LogLevel.Error, "Work of the threads for disk operations failed")]
    public static partial void DiskWorkFailed(this ILogger logger, Exception cause);

    [LoggerMessage(
        2051, LogLevel.Error, "The configuration of the topic {Topic} is invalid, so the broker's defaults are used for it: {Reason}")]
    public static partial void TopicConfigRefused(this ILogger logger, string topic, string reason);
}
