using KafkaSharp.Protocol;
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
}
