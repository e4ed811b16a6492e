using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>The log messages of the group coordinator.</summary>
internal static partial class GroupServiceEvents
{
    [LoggerMessage(7007, LogLevel.Error, "{Operation} failed unexpectedly; the client receives UNKNOWN_SERVER_ERROR.")]
    public static partial void OperationFailed(this ILogger logger, string operation, Exception exception);

    [LoggerMessage(
        7029, LogLevel.Information, "Removing expired offsets and empty groups from __consumer_offsets-{Partition} with {Count} records.")]
    public static partial void CleanedUp(this ILogger logger, int count, int partition);

    [LoggerMessage(7030, LogLevel.Warning,
        "__consumer_offsets has {Actual} partitions now, but this broker assigns groups to {Known} partitions, the number at its start. "
        + "After a restart most groups are assigned to other partitions and their committed offsets are not found: do not change "
        + "the number of partitions of this topic.")]
    public static partial void PartitionCountChanged(this ILogger logger, int actual, int known);
}
