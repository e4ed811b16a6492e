using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>The log messages about metadata snapshots.</summary>
internal static partial class SnapshotEvents
{
    [LoggerMessage(4004, LogLevel.Information, "Created metadata snapshot {Name} of {Bytes} bytes.")]
    public static partial void SnapshotCreated(this ILogger logger, string name, int bytes);

    [LoggerMessage(4005, LogLevel.Information, "Deleted metadata snapshot {Name}; the metadata log now starts at offset {Start}.")]
    public static partial void SnapshotDeleted(this ILogger logger, string name, long start);
}
