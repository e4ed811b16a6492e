using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata;

/// <summary>The log messages of controller and metadata publishing.</summary>
internal static partial class MetadataEvents
{
    [LoggerMessage(5001, LogLevel.Information, "Caught up with the metadata log at offset {Offset}.")]
    public static partial void CaughtUp(this ILogger logger, long offset);

    [LoggerMessage(5002, LogLevel.Error, "Publisher {Publisher} failed to apply the metadata at offset {Offset}.")]
    public static partial void PublisherFaulted(this ILogger logger, string publisher, long offset, Exception exception);

    [LoggerMessage(5003, LogLevel.Critical, "The metadata log cannot be applied after offset {Offset}. This broker shuts down.")]
    public static partial void LoaderFaulted(this ILogger logger, long offset, Exception exception);

    [LoggerMessage(5004, LogLevel.Information, "Wrote metadata snapshot {Offset}-{Epoch}, triggered by {Reason}.")]
    public static partial void SnapshotWritten(this ILogger logger, long offset, int epoch, string reason);

    [LoggerMessage(5005, LogLevel.Error, "Could not write a metadata snapshot at offset {Offset}.")]
    public static partial void SnapshotFaulted(this ILogger logger, long offset, Exception exception);

    [LoggerMessage(5010, LogLevel.Information,
        "[QuorumController id={NodeId}] Became the active controller in epoch {Epoch} after offset {Offset}.")]
    public static partial void ControllerActivated(this ILogger logger, int nodeId, int epoch, long offset);

    [LoggerMessage(5011, LogLevel.Information, "[QuorumController id={NodeId}] No longer the active controller{Successor}.")]
    public static partial void ControllerDeactivated(this ILogger logger, int nodeId, string successor);

    [LoggerMessage(5012, LogLevel.Critical, "[QuorumController id={NodeId}] The metadata log cannot be applied. This controller stops.")]
    public static partial void ControllerFaulted(this ILogger logger, int nodeId, Exception exception);

    [LoggerMessage(5013, LogLevel.Information, "Registered broker {BrokerId} with epoch {Epoch} and incarnation {Incarnation}.")]
    public static partial void BrokerRegistered(this ILogger logger, int brokerId, long epoch, string incarnation);

    [LoggerMessage(5014, LogLevel.Information, "Broker {BrokerId} with epoch {Epoch} changed its state from {From} to {To}.")]
    public static partial void BrokerStateChanged(this ILogger logger, int brokerId, long epoch, string from, string to);

    [LoggerMessage(5015, LogLevel.Information, "Creating topic {Topic} with id {TopicId} and {Partitions} partition(s).")]
    public static partial void TopicCreated(this ILogger logger, string topic, Uuid topicId, int partitions);

    [LoggerMessage(5016, LogLevel.Information, "Deleting topic {Topic} with id {TopicId}.")]
    public static partial void TopicDeleted(this ILogger logger, string topic, Uuid topicId);

    [LoggerMessage(5017, LogLevel.Warning, "[QuorumController id={NodeId}] {Operation} failed.")]
    public static partial void OperationFaulted(this ILogger logger, int nodeId, string operation, Exception exception);
}
