using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>The log messages of groups that change their protocol.</summary>
internal static partial class MigrationEvents
{
    [LoggerMessage(7043, LogLevel.Information, "Classic group {Group} with {Members} members is now a consumer group.")]
    public static partial void GroupUpgraded(this ILogger logger, string group, int members);

    [LoggerMessage(7044, LogLevel.Information, "Classic group {Group} does not become a consumer group because {Reason}.")]
    public static partial void GroupNotUpgraded(this ILogger logger, string group, string reason);

    [LoggerMessage(7045, LogLevel.Information, "Consumer group {Group} is now a classic group with {Members} members.")]
    public static partial void GroupDowngraded(this ILogger logger, string group, int members);

    [LoggerMessage(7047, LogLevel.Information, "Member {Member} has left consumer group {Group}; client reason: {Reason}.")]
    public static partial void ClassicMemberLeft(this ILogger logger, string member, string group, string reason);

    [LoggerMessage(7046, LogLevel.Information, "Consumer group {Group} does not become a classic group because {Reason}.")]
    public static partial void GroupNotDowngraded(this ILogger logger, string group, string reason);
}
