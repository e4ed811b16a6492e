using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>The log messages of the coordinator runtime.</summary>
internal static partial class RuntimeEvents
{
    [LoggerMessage(7001, LogLevel.Debug, "Loading {TopicPartition} with leader epoch {Epoch}.")]
    public static partial void Loading(this ILogger logger, string topicPartition, int epoch);

    [LoggerMessage(
        EventId = 7002,
        Message = "Loaded {TopicPartition} with leader epoch {Epoch}: {Records} records, {Bytes} bytes, in {Milliseconds} ms.")]
    public static partial void Loaded(
        this ILogger logger, LogLevel level, string topicPartition, int epoch, long records, long bytes, long milliseconds);

    [LoggerMessage(7003, LogLevel.Error,
        "{TopicPartition} could not be loaded. Clients receive NOT_COORDINATOR until the partition is led in a newer epoch.")]
    public static partial void LoadFailed(this ILogger logger, string topicPartition, Exception exception);

    [LoggerMessage(7004, LogLevel.Debug, "Unloaded {TopicPartition}.")]
    public static partial void Unloaded(this ILogger logger, string topicPartition);

    [LoggerMessage(7005, LogLevel.Warning,
        "Unknown record type {Type} in {TopicPartition} at offset {Offset}: it is ignored. It may remain from an aborted upgrade.")]
    public static partial void UnknownRecordType(this ILogger logger, short type, string topicPartition, long offset);

    [LoggerMessage(7006, LogLevel.Warning, "{Operation} of {TopicPartition} failed.")]
    public static partial void OwnCommandFailed(this ILogger logger, string operation, string topicPartition, Exception exception);

    [LoggerMessage(7007, LogLevel.Error, "{Operation} failed unexpectedly; the client receives UNKNOWN_SERVER_ERROR.")]
    public static partial void OperationFailed(this ILogger logger, string operation, Exception exception);

    [LoggerMessage(7008, LogLevel.Information,
        "Loading {TopicPartition}: at offset {Offset} of {EndOffset}, {Records} records and {Bytes} bytes read.")]
    public static partial void LoadProgress(
        this ILogger logger, string topicPartition, long offset, long endOffset, long records, long bytes);

    [LoggerMessage(7009, LogLevel.Error,
        "Writing to {Topic} failed; what the commands of {Loop} changed is undone and their callers receive an error.")]
    public static partial void WriteFailed(this ILogger logger, string topic, string loop, Exception exception);

    [LoggerMessage(7010, LogLevel.Error, "The coordinator of {TopicPartition} does not agree with its log and is reloaded: {Reason}.")]
    public static partial void OutOfSync(this ILogger logger, string topicPartition, string reason);

    [LoggerMessage(7030, LogLevel.Warning,
        "{Topic} has {Actual} partitions now, but this broker assigns ids to {Known} partitions, the number at its start. After a restart "
        + "most ids are assigned to other partitions and their committed offsets or open transactions are not found: do not change the "
        + "number of partitions of this topic.")]
    public static partial void PartitionCountChanged(this ILogger logger, string topic, int actual, int known);
}
