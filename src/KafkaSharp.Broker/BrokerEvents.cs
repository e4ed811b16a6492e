using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker;

/// <summary>The log messages of the broker.</summary>
internal static partial class BrokerEvents
{
    [LoggerMessage(6101, LogLevel.Information, "KafkaSharp {Version}, node {NodeId} of cluster {ClusterId}, keeps its data in {LogDirs}")]
    public static partial void Starting(this ILogger logger, string version, int nodeId, string clusterId, string logDirs);

    [LoggerMessage(6102, LogLevel.Information, "Formatted {LogDir} for cluster {ClusterId}")]
    public static partial void Formatted(this ILogger logger, string logDir, string clusterId);

    [LoggerMessage(6103, LogLevel.Information, "KafkaSharp serves on {Listeners} after {Milliseconds} ms")]
    public static partial void Serving(this ILogger logger, string listeners, long milliseconds);

    [LoggerMessage(6121, LogLevel.Information, "Clients get the addresses {Advertised} to connect to")]
    public static partial void Advertises(this ILogger logger, string advertised);

    [LoggerMessage(6122, LogLevel.Information, "Created the logs of {Count} partition(s). The first is {Partition}")]
    public static partial void LogsCreated(this ILogger logger, int count, TopicPartition partition);

    [LoggerMessage(6126, LogLevel.Warning, "{Partition} is not moved to {LogDir}: {Error}")]
    public static partial void DirectoryNotAltered(this ILogger logger, TopicPartition partition, string logDir, ErrorCode error);

    [LoggerMessage(6104, LogLevel.Information, "Stopping: no new connections, finishing requests in flight")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(6105, LogLevel.Information, "KafkaSharp has stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(6106, LogLevel.Warning, "The configuration sets {Key}, which KafkaSharp does not act on: it has no effect")]
    public static partial void InactiveConfig(this ILogger logger, string key);

    [LoggerMessage(6107, LogLevel.Warning, "The configuration: {Notice}")]
    public static partial void ConfigNotice(this ILogger logger, string notice);

    [LoggerMessage(6108, LogLevel.Error, "{Partition} is offline: {Error}")]
    public static partial void PartitionOffline(this ILogger logger, TopicPartition partition, ErrorCode error);

    [LoggerMessage(6109, LogLevel.Information, "Registered with the controller, broker epoch {Epoch}")]
    public static partial void Registered(this ILogger logger, long epoch);

    [LoggerMessage(
        6110, LogLevel.Warning,
        "The controller did not accept the log directories of replicas: {Error}. The next heartbeat sends them again.")]
    public static partial void AssignmentFailed(this ILogger logger, ErrorCode error);

    [LoggerMessage(6111, LogLevel.Warning, "The controller refused a heartbeat: {Error}")]
    public static partial void HeartbeatFailed(this ILogger logger, ErrorCode error);

    [LoggerMessage(6112, LogLevel.Critical, "The broker cannot continue and shuts down. Repair the cause and restart it")]
    public static partial void Fatal(this ILogger logger, Exception exception);

    [LoggerMessage(6113, LogLevel.Warning, "{Step} failed while stopping")]
    public static partial void StopStepFailed(this ILogger logger, string step, Exception exception);

    [LoggerMessage(6114, LogLevel.Warning, "{Topic} could not be created: {Reason} {Remedy}")]
    public static partial void InternalTopicNotCreated(this ILogger logger, string topic, string reason, string remedy);

    [LoggerMessage(6115, LogLevel.Warning, "The broker serves, but these partitions have no leader: {Partitions}")]
    public static partial void StartsWithoutLeader(this ILogger logger, string partitions);

    [LoggerMessage(6116, LogLevel.Warning, "Changed limits of connections are not taken: {Reason}")]
    public static partial void ConnectionLimitsRefused(this ILogger logger, string reason);

    [LoggerMessage(6124, LogLevel.Information, "The listener {Name} is closed: it is not among the listeners any more")]
    public static partial void ListenerClosed(this ILogger logger, string name);

    [LoggerMessage(6125, LogLevel.Error, "The listener {Name} could not be opened: {Reason}")]
    public static partial void ListenerNotOpened(this ILogger logger, string name, string reason);

    [LoggerMessage(6123, LogLevel.Warning, "Changed listeners are not opened or closed: {Reason}")]
    public static partial void ListenersRefused(this ILogger logger, string reason);

    [LoggerMessage(6118, LogLevel.Information, "The dynamic configuration of {Resource} has changed: {Changes}")]
    public static partial void ConfigChanged(this ILogger logger, string resource, string changes);

    [LoggerMessage(6119, LogLevel.Information, "The dynamic configurations of {Count} more resources have changed")]
    public static partial void MoreConfigsChanged(this ILogger logger, int count);

    [LoggerMessage(6120, LogLevel.Warning, "{Key} is set dynamically, but KafkaSharp does not act on a change of it: it has no effect")]
    public static partial void DynamicConfigInactive(this ILogger logger, string key);

    [LoggerMessage(6117, LogLevel.Warning, "{Count} topic(s) could not be created automatically. The first is {Topic}: {Error} ({Reason})")]
    public static partial void AutoCreationFailed(this ILogger logger, int count, string topic, ErrorCode error, string? reason);
}
