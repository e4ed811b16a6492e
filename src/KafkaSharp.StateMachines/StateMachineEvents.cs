using Microsoft.Extensions.Logging;

namespace KafkaSharp.StateMachines;

/// <summary>The log messages of event loops and state machines.</summary>
internal static partial class StateMachineEvents
{
    [LoggerMessage(3001, LogLevel.Error, "[{Loop}] A command failed.")]
    public static partial void CommandFaulted(this ILogger logger, string loop, Exception exception);

    [LoggerMessage(3002, LogLevel.Error, "[{Loop}] {Command} failed.")]
    public static partial void WriteFaulted(this ILogger logger, string loop, string command, Exception exception);

    [LoggerMessage(3003, LogLevel.Critical,
        "[{Loop}] Records of {Command} could not be replayed; its caller receives an error and the state is reverted or reloaded.")]
    public static partial void ReplayFaulted(this ILogger logger, string loop, string command, Exception exception);
}
