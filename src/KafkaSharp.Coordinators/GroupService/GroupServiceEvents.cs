using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>The log messages of the group coordinator.</summary>
internal static partial class GroupServiceEvents
{
    [LoggerMessage(
        7029, LogLevel.Information, "Removing expired offsets and empty groups from __consumer_offsets-{Partition} with {Count} records.")]
    public static partial void CleanedUp(this ILogger logger, int count, int partition);
}
