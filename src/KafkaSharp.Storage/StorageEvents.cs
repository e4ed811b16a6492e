using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>What storage says to the log, one method an event; ids 2000-2099.</summary>
static partial class StorageEvents
{
    [LoggerMessage(2000, LogLevel.Warning, "Deleting {Path}, which can't be used: {Reason}")]
    public static partial void ProducerSnapshotUnusable(this ILogger logger, string path, string reason);
}
