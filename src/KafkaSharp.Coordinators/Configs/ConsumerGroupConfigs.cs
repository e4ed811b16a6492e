using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The keys of consumer groups (KIP-848), also declared in Kafka's <c>GroupCoordinatorConfig</c>.</summary>
public static class ConsumerGroupConfigs
{
    public static readonly ConfigKey<int> SessionTimeoutMs = ConfigKeys.Int(
        "group.consumer.session.timeout.ms", 45_000,
        "How long a member of a consumer group may send no heartbeat before it is removed, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> MinSessionTimeoutMs = ConfigKeys.Int(
        "group.consumer.min.session.timeout.ms", 45_000, "The shortest session timeout that a consumer group may have, in milliseconds.",
        min: 1);

    public static readonly ConfigKey<int> MaxSessionTimeoutMs = ConfigKeys.Int(
        "group.consumer.max.session.timeout.ms", 60_000, "The longest session timeout that a consumer group may have, in milliseconds.",
        min: 1);

    public static readonly ConfigKey<int> HeartbeatIntervalMs = ConfigKeys.Int(
        "group.consumer.heartbeat.interval.ms", 5000, "How often members of consumer groups send heartbeats, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> MinHeartbeatIntervalMs = ConfigKeys.Int(
        "group.consumer.min.heartbeat.interval.ms", 5000,
        "The shortest heartbeat interval that a consumer group may have, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> MaxHeartbeatIntervalMs = ConfigKeys.Int(
        "group.consumer.max.heartbeat.interval.ms", 15_000,
        "The longest heartbeat interval that a consumer group may have, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> AssignmentIntervalMs = ConfigKeys.Int(
        "group.consumer.assignment.interval.ms", 1000,
        "The shortest time between two assignments of a consumer group, in milliseconds. With 0 each change makes a new assignment.",
        min: 0, update: ConfigUpdateMode.ClusterWide);

    public static readonly ConfigKey<int> MinAssignmentIntervalMs = ConfigKeys.Int(
        "group.consumer.min.assignment.interval.ms", 0,
        "The shortest assignment interval that a consumer group may have, in milliseconds.", min: 0);

    public static readonly ConfigKey<int> MaxAssignmentIntervalMs = ConfigKeys.Int(
        "group.consumer.max.assignment.interval.ms", 15_000,
        "The longest assignment interval that a consumer group may have, in milliseconds.", min: 0);

    public static readonly ConfigKey<int> MaxSize = ConfigKeys.Int(
        "group.consumer.max.size", int.MaxValue, "The most members a consumer group may have.", min: 1);

    public static readonly ConfigKey<IReadOnlyList<string>> Assignors = ConfigKeys.List(
        "group.consumer.assignors", "uniform,range",
        "The assignors that members may choose: uniform and range, or the names of their classes in Kafka. The first one is the default.",
        allowEmpty: false);

    public static readonly ConfigKey<string> MigrationPolicy = ConfigKeys.StringInAnyCase(
        "group.consumer.migration.policy", "bidirectional",
        "Whether a group may change its protocol while it has members: from classic to consumer (upgrade), back (downgrade), both or "
        + "neither.", ["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"]);

    public static readonly ConfigKey<int> RegexRefreshIntervalMs = ConfigKeys.Int(
        "group.consumer.regex.refresh.interval.ms", 600_000,
        "How long the topics of regular expressions are kept before they are looked for again, in milliseconds.", min: 10_000,
        isInternal: true);

    /// <summary>Every key of consumer groups.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        SessionTimeoutMs, MinSessionTimeoutMs, MaxSessionTimeoutMs, HeartbeatIntervalMs, MinHeartbeatIntervalMs, MaxHeartbeatIntervalMs,
        AssignmentIntervalMs, MinAssignmentIntervalMs, MaxAssignmentIntervalMs, MaxSize, Assignors, MigrationPolicy,
        RegexRefreshIntervalMs,
    ];
}
