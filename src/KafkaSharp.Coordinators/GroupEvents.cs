using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators;

/// <summary>What this room logs.</summary>
static partial class GroupEvents
{
    [LoggerMessage(7001, LogLevel.Debug, "Loading __consumer_offsets-{Partition} with epoch {Epoch}.")]
    public static partial void Loading(this ILogger logger, int partition, int epoch);

    [LoggerMessage(
        EventId = 7002, Message = "Loaded __consumer_offsets-{Partition} with epoch {Epoch}: {Groups} groups in {Milliseconds} ms.")]
    public static partial void Loaded(this ILogger logger, LogLevel level, int partition, int epoch, int groups, long milliseconds);

    [LoggerMessage(7003, LogLevel.Error, "__consumer_offsets-{Partition} could not be loaded.")]
    public static partial void LoadFailed(this ILogger logger, int partition, Exception exception);

    [LoggerMessage(7004, LogLevel.Debug, "Unloaded __consumer_offsets-{Partition}.")]
    public static partial void Unloaded(this ILogger logger, int partition);

    [LoggerMessage(7005, LogLevel.Warning,
        "Unknown record type {Type} in __consumer_offsets-{Partition} at offset {Offset}: it is ignored, as it may be of an aborted upgrade.")]
    public static partial void UnknownRecordType(this ILogger logger, short type, int partition, long offset);

    [LoggerMessage(7006, LogLevel.Warning, "{Operation} of __consumer_offsets-{Partition} failed.")]
    public static partial void TimedOperationFailed(this ILogger logger, string operation, int partition, Exception exception);

    [LoggerMessage(7007, LogLevel.Error, "Unexpected failure of {Operation}.")]
    public static partial void OperationFailed(this ILogger logger, string operation, Exception exception);

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

    [LoggerMessage(7028, LogLevel.Information, "Static member {Instance} of group {Group} came back as {Member} in place of {OldMember}.")]
    public static partial void StaticMemberReplaced(this ILogger logger, string instance, string group, string member, string oldMember);

    [LoggerMessage(
        7029, LogLevel.Information, "{Count} records that remove expired offsets and empty groups of __consumer_offsets-{Partition}.")]
    public static partial void CleanedUp(this ILogger logger, int count, int partition);
}
