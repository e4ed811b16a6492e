using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server;

/// <summary>The log messages of this project.</summary>
internal static partial class ServerEvents
{
    // Container modules wait for lines of Apache Kafka's log: Testcontainers for Java and Go for the first phrase, others for the second or
    // the third.
    [LoggerMessage(
        11000, LogLevel.Information,
        "Transitioning from RECOVERY to RUNNING. Kafka Server started. [KafkaServer id={NodeId}] started")]
    public static partial void ServesInContainer(this ILogger logger, int nodeId);
}
