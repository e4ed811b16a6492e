using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>
/// The part of the broker's configuration that concerns consumer groups (<c>group.consumer.*</c>), with Kafka's defaults. A group may have
/// its own values within the limits. Immutable.
/// </summary>
public sealed record ConsumerGroupConfig
{
    public int SessionTimeoutMs { get; init; } = 45_000;
    public int MinSessionTimeoutMs { get; init; } = 45_000;
    public int MaxSessionTimeoutMs { get; init; } = 60_000;
    public int HeartbeatIntervalMs { get; init; } = 5000;
    public int MinHeartbeatIntervalMs { get; init; } = 5000;
    public int MaxHeartbeatIntervalMs { get; init; } = 15_000;
    public int AssignmentIntervalMs { get; init; } = 1000;
    public int MinAssignmentIntervalMs { get; init; }
    public int MaxAssignmentIntervalMs { get; init; } = 15_000;
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary>How long the topics of regular expressions are kept before they are looked for again, in milliseconds.</summary>
    public int PatternRefreshIntervalMs { get; init; } = 600_000;

    /// <summary>The names of the assignors that members may prefer; the first one is the default.</summary>
    public IReadOnlyList<string> Assignors { get; init; } = ["uniform", "range"];

    public int SessionTimeoutOf(MetadataImage image, string groupId) =>
        Of(image, groupId, "consumer.session.timeout.ms", SessionTimeoutMs, MinSessionTimeoutMs, MaxSessionTimeoutMs);

    public int HeartbeatIntervalOf(MetadataImage image, string groupId) =>
        Of(image, groupId, "consumer.heartbeat.interval.ms", HeartbeatIntervalMs, MinHeartbeatIntervalMs, MaxHeartbeatIntervalMs);

    public int AssignmentIntervalOf(MetadataImage image, string groupId) =>
        Of(image, groupId, "consumer.assignment.interval.ms", AssignmentIntervalMs, MinAssignmentIntervalMs, MaxAssignmentIntervalMs);

    /// <summary>The value of the group, which is brought within the limits as Kafka does; otherwise that of the broker.</summary>
    private static int Of(MetadataImage image, string groupId, string name, int ofBroker, int min, int max) =>
        int.TryParse(image.Configs.Value(ConfigResource.Group(groupId), name), out var value)
            ? Math.Max(min, Math.Min(max, value))
            : ofBroker;
}
