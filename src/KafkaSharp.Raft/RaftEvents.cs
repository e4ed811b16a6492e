using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>What this room logs.</summary>
static partial class RaftEvents
{
    [LoggerMessage(4001, LogLevel.Information,
        "Metadata log opened: offsets {Start} to {End}, last epoch {Epoch}, latest snapshot {Snapshot}.")]
    public static partial void LogOpened(this ILogger logger, long start, long end, int epoch, string snapshot);

    [LoggerMessage(4002, LogLevel.Information, "Node {NodeId} leads the metadata quorum in epoch {Epoch} from offset {Offset} on.")]
    public static partial void EpochBegun(this ILogger logger, int nodeId, int epoch, long offset);

    [LoggerMessage(4003, LogLevel.Information, "Node {NodeId} resigned from epoch {Epoch}.")]
    public static partial void Resigned(this ILogger logger, int nodeId, int epoch);

    [LoggerMessage(4004, LogLevel.Information, "Created snapshot {Name} of {Bytes} bytes.")]
    public static partial void SnapshotFrozen(this ILogger logger, string name, int bytes);

    [LoggerMessage(4005, LogLevel.Information, "Deleted snapshot {Name}; the metadata log now starts at offset {Start}.")]
    public static partial void SnapshotDeleted(this ILogger logger, string name, long start);

    [LoggerMessage(4006, LogLevel.Warning, "The metadata log ends before snapshot {Name} and is begun anew from it.")]
    public static partial void LogBehindSnapshot(this ILogger logger, string name);

    [LoggerMessage(4007, LogLevel.Critical, "The metadata log failed; this node stops.")]
    public static partial void NodeFailed(this ILogger logger, Exception exception);

    [LoggerMessage(4008, LogLevel.Error, "Old metadata snapshots could not be deleted.")]
    public static partial void CleaningFailed(this ILogger logger, Exception exception);
}
