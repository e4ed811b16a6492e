using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>The log messages of the metadata quorum.</summary>
internal static partial class RaftEvents
{
    [LoggerMessage(4001, LogLevel.Information,
        "Metadata log opened: offsets {Start} to {End}, last epoch {Epoch}, latest snapshot {Snapshot}.")]
    public static partial void LogOpened(this ILogger logger, long start, long end, int epoch, string snapshot);

    [LoggerMessage(4002, LogLevel.Information,
        "Node {NodeId} is the leader of the metadata quorum in epoch {Epoch}, which starts at offset {Offset}.")]
    public static partial void EpochStarted(this ILogger logger, int nodeId, int epoch, long offset);

    [LoggerMessage(4003, LogLevel.Information, "Node {NodeId} resigned as leader of the metadata quorum in epoch {Epoch}.")]
    public static partial void Resigned(this ILogger logger, int nodeId, int epoch);

    [LoggerMessage(4010, LogLevel.Error,
        "The disk has no space for the metadata log. Until there is space, metadata can be read, and requests that change it are refused.")]
    public static partial void OutOfSpace(this ILogger logger);

    [LoggerMessage(4006, LogLevel.Warning,
        "The metadata log ends at offset {End}, before snapshot {Name}. Its records were removed; it continues after the snapshot.")]
    public static partial void LogBehindSnapshot(this ILogger logger, long end, string name);

    [LoggerMessage(4007, LogLevel.Critical,
        "The metadata log failed, or a component that replays it. This node shuts down. Check the disk of the metadata log and restart.")]
    public static partial void NodeFailed(this ILogger logger, Exception exception);

    [LoggerMessage(4008, LogLevel.Error, "Old metadata snapshots could not be deleted. The next attempt is in {Seconds} s.")]
    public static partial void CleaningFailed(this ILogger logger, double seconds, Exception exception);

    [LoggerMessage(4009, LogLevel.Error, "The metadata log could not be closed in order. The next start recovers it.")]
    public static partial void CloseFailed(this ILogger logger, Exception exception);
}
