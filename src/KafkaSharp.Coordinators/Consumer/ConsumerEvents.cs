using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>The log messages of consumer groups.</summary>
internal static partial class ConsumerEvents
{
    [LoggerMessage(7040, LogLevel.Information, "Member {Member} has left consumer group {Group} with epoch {Epoch}.")]
    public static partial void ConsumerMemberLeft(this ILogger logger, string member, string group, int epoch);

    [LoggerMessage(7041, LogLevel.Information, "Member {Member} is removed from consumer group {Group} because {Reason}.")]
    public static partial void ConsumerMemberFenced(this ILogger logger, string member, string group, string reason);

    [LoggerMessage(7042, LogLevel.Information, "Consumer group {Group} enters epoch {Epoch} with metadata hash {Hash}.")]
    public static partial void ConsumerGroupEpoch(this ILogger logger, string group, int epoch, long hash);

    [LoggerMessage(7057, LogLevel.Information,
        "Consumer group {Group} has a target assignment for epoch {Epoch}; the assignor {Assignor} made it in {Milliseconds:0.0} ms.")]
    public static partial void ConsumerGroupAssigned(this ILogger logger, string group, int epoch, string assignor, double milliseconds);
}
