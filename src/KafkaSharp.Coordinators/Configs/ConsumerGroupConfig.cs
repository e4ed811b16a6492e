using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>
/// The part of the broker's configuration that concerns consumer groups (<c>group.consumer.*</c>), with Kafka's defaults. A group may have
/// its own values within the limits. Immutable.
/// </summary>
public sealed record ConsumerGroupConfig
{
    public int SessionTimeoutMs { get; init; } = ConsumerGroupConfigs.SessionTimeoutMs.Default;
    public int MinSessionTimeoutMs { get; init; } = ConsumerGroupConfigs.MinSessionTimeoutMs.Default;
    public int MaxSessionTimeoutMs { get; init; } = ConsumerGroupConfigs.MaxSessionTimeoutMs.Default;
    public int HeartbeatIntervalMs { get; init; } = ConsumerGroupConfigs.HeartbeatIntervalMs.Default;
    public int MinHeartbeatIntervalMs { get; init; } = ConsumerGroupConfigs.MinHeartbeatIntervalMs.Default;
    public int MaxHeartbeatIntervalMs { get; init; } = ConsumerGroupConfigs.MaxHeartbeatIntervalMs.Default;
    public int AssignmentIntervalMs { get; init; } = ConsumerGroupConfigs.AssignmentIntervalMs.Default;
    public int MinAssignmentIntervalMs { get; init; } = ConsumerGroupConfigs.MinAssignmentIntervalMs.Default;
    public int MaxAssignmentIntervalMs { get; init; } = ConsumerGroupConfigs.MaxAssignmentIntervalMs.Default;
    public int MaxSize { get; init; } = ConsumerGroupConfigs.MaxSize.Default;

    /// <summary>How long the topics of regular expressions are kept before they are looked for again, in milliseconds.</summary>
    public int PatternRefreshIntervalMs { get; init; } = ConsumerGroupConfigs.RegexRefreshIntervalMs.Default;

    /// <summary>The names of the assignors that members may prefer; the first one is the default.</summary>
    public IReadOnlyList<string> Assignors { get; init; } = ConsumerGroupConfigs.Assignors.Default;

    public MigrationPolicy MigrationPolicy { get; init; } = MigrationPolicy.Bidirectional;

    /// <summary>The broker, which may have its own dynamic values.</summary>
    public int NodeId { get; init; }

    public static ConsumerGroupConfig From(ConfigValues values, int nodeId) => new()
    {
        SessionTimeoutMs = values.Get(ConsumerGroupConfigs.SessionTimeoutMs),
        MinSessionTimeoutMs = values.Get(ConsumerGroupConfigs.MinSessionTimeoutMs),
        MaxSessionTimeoutMs = values.Get(ConsumerGroupConfigs.MaxSessionTimeoutMs),
        HeartbeatIntervalMs = values.Get(ConsumerGroupConfigs.HeartbeatIntervalMs),
        MinHeartbeatIntervalMs = values.Get(ConsumerGroupConfigs.MinHeartbeatIntervalMs),
        MaxHeartbeatIntervalMs = values.Get(ConsumerGroupConfigs.MaxHeartbeatIntervalMs),
        AssignmentIntervalMs = values.Get(ConsumerGroupConfigs.AssignmentIntervalMs),
        MinAssignmentIntervalMs = values.Get(ConsumerGroupConfigs.MinAssignmentIntervalMs),
        MaxAssignmentIntervalMs = values.Get(ConsumerGroupConfigs.MaxAssignmentIntervalMs),
        MaxSize = values.Get(ConsumerGroupConfigs.MaxSize),
        PatternRefreshIntervalMs = values.Get(ConsumerGroupConfigs.RegexRefreshIntervalMs),
        Assignors = [.. values.Get(ConsumerGroupConfigs.Assignors).Select(AssignorName)],
        MigrationPolicy = Enum.Parse<MigrationPolicy>(values.Get(ConsumerGroupConfigs.MigrationPolicy), ignoreCase: true),
        NodeId = nodeId,
    };

    public int SessionTimeoutOf(MetadataImage image, string groupId) =>
        Of(image, groupId, "consumer.session.timeout.ms", SessionTimeoutMs, MinSessionTimeoutMs, MaxSessionTimeoutMs);

    public int HeartbeatIntervalOf(MetadataImage image, string groupId) =>
        Of(image, groupId, "consumer.heartbeat.interval.ms", HeartbeatIntervalMs, MinHeartbeatIntervalMs, MaxHeartbeatIntervalMs);

    public int AssignmentIntervalOf(MetadataImage image, string groupId) =>
        Of(
            image, groupId, "consumer.assignment.interval.ms", CurrentAssignmentIntervalMs(image), MinAssignmentIntervalMs,
            MaxAssignmentIntervalMs);

    /// <summary>The value of this broker now: its own dynamic one, that of all brokers, or that of its file.</summary>
    private int CurrentAssignmentIntervalMs(MetadataImage image) =>
        Dynamic(image, ConfigResource.Broker(NodeId)) ?? Dynamic(image, ConfigResource.BrokerDefault) ?? AssignmentIntervalMs;

    // Kafka ignores a stored value that is not valid.
    private static int? Dynamic(MetadataImage image, ConfigResource broker) =>
        int.TryParse(image.Configs.Value(broker, ConsumerGroupConfigs.AssignmentIntervalMs.Name), out var value) && value >= 0
            ? value
            : null;

    private static string AssignorName(string nameOrClass) => nameOrClass switch
    {
        "org.apache.kafka.coordinator.group.assignor.UniformAssignor" => "uniform",
        "org.apache.kafka.coordinator.group.assignor.RangeAssignor" => "range",
        _ => nameOrClass,
    };

    /// <summary>The value of the group, which is brought within the limits as Kafka does; otherwise that of the broker.</summary>
    private static int Of(MetadataImage image, string groupId, string name, int ofBroker, int min, int max) =>
        int.TryParse(image.Configs.Value(ConfigResource.Group(groupId), name), out var value)
            ? Math.Max(min, Math.Min(max, value))
            : ofBroker;
}
