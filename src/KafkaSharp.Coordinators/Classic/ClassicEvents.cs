using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>The log messages of classic groups.</summary>
internal static partial class ClassicEvents
{
    [LoggerMessage(
        7020, LogLevel.Information,
        "Preparing to rebalance group {Group} in state {State} with old generation {Generation} (reason: {Reason}).")]
    public static partial void PreparingRebalance(
        this ILogger logger, string group, ClassicGroupState state, int generation, string reason);

    [LoggerMessage(7021, LogLevel.Information, "Stabilized group {Group} generation {Generation} with {Members} members.")]
    public static partial void Stabilized(this ILogger logger, string group, int generation, int members);

    [LoggerMessage(7022, LogLevel.Information, "Group {Group} with generation {Generation} is now empty.")]
    public static partial void GroupIsEmpty(this ILogger logger, string group, int generation);

    [LoggerMessage(7023, LogLevel.Warning, "Metadata of group {Group} was not written: {Error}.")]
    public static partial void GroupNotWritten(this ILogger logger, string group, ErrorCode error);

    [LoggerMessage(7024, LogLevel.Information, "Member {Member} in group {Group} has failed, removing it from the group.")]
    public static partial void SessionExpired(this ILogger logger, string member, string group);

    [LoggerMessage(7025, LogLevel.Information, "Pending member {Member} in group {Group} was removed after its session timeout.")]
    public static partial void PendingMemberExpired(this ILogger logger, string member, string group);

    [LoggerMessage(7026, LogLevel.Information, "Member {Member} did not rejoin group {Group} in time and is removed.")]
    public static partial void MemberDidNotRejoin(this ILogger logger, string member, string group);

    [LoggerMessage(7027, LogLevel.Information, "Member {Member} has left group {Group}; client reason: {Reason}.")]
    public static partial void MemberLeft(this ILogger logger, string member, string group, string reason);

    [LoggerMessage(7028, LogLevel.Information, "Static member {Instance} of group {Group} joined as {Member} in place of {OldMember}.")]
    public static partial void StaticMemberReplaced(this ILogger logger, string instance, string group, string member, string oldMember);
}
