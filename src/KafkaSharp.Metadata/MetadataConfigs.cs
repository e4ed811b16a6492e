using KafkaSharp.Configuration;

namespace KafkaSharp.Metadata;

/// <summary>
/// The configuration keys of topic creation, broker membership and the controller. The keys of the metadata log are in <c>RaftConfigs</c>.
/// </summary>
public static class MetadataConfigs
{
    public static ConfigKey<int> NumPartitions { get; } = ConfigKeys.Int(
        "num.partitions", 1, "The number of partitions of a new topic, if the request does not specify it.", min: 1);

    public static ConfigKey<int> DefaultReplicationFactor { get; } = ConfigKeys.Int(
        "default.replication.factor", 1, "The number of replicas of a new partition, if the request does not specify it.");

    public static ConfigKey<bool> AutoCreateTopicsEnable { get; } = ConfigKeys.Boolean(
        "auto.create.topics.enable", true, "Whether a missing topic is created when a client requests its metadata.");

    public static ConfigKey<bool> DeleteTopicEnable { get; } = ConfigKeys.Boolean(
        "delete.topic.enable", true, "Whether topics can be deleted.");

    public static ConfigKey<int> BrokerHeartbeatIntervalMs { get; } = ConfigKeys.Int(
        "broker.heartbeat.interval.ms", 2000, "The interval of the heartbeats from a broker to the controller, in ms.");

    public static ConfigKey<int> BrokerSessionTimeoutMs { get; } = ConfigKeys.Int(
        "broker.session.timeout.ms", 9000, "The time without a heartbeat after which the controller fences a broker, in ms.");

    public static ConfigKey<int> InitialBrokerRegistrationTimeoutMs { get; } = ConfigKeys.Int(
        "initial.broker.registration.timeout.ms", 60000, "How long a broker tries to register before it stops, in ms.");

    public static ConfigKey<string> BrokerRack { get; } = ConfigKeys.String(
        "broker.rack", null, "The rack of this broker, for the placement of replicas and for fetching from the nearest replica.");

    public static ConfigKey<bool> ControlledShutdownEnable { get; } = ConfigKeys.Boolean(
        "controlled.shutdown.enable", true, "Whether a broker moves the leadership of its partitions to other brokers before it stops.");

    public static ConfigKey<bool> AutoLeaderRebalanceEnable { get; } = ConfigKeys.Boolean(
        "auto.leader.rebalance.enable", true, "Whether the controller periodically moves leadership back to the preferred replicas.");

    public static ConfigKey<long> LeaderImbalanceCheckIntervalSeconds { get; } = ConfigKeys.Long(
        "leader.imbalance.check.interval.seconds", 300,
        "How often the controller checks whether leadership must move back to the preferred replicas, in seconds.",
        min: 1);

    public static ConfigKey<bool> UnstableFeatureVersionsEnable { get; } = ConfigKeys.Boolean(
        "unstable.feature.versions.enable", false, "Whether feature levels that are not yet stable may be used, for tests.",
        isInternal: true);

    /// <summary>All keys of this class.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        NumPartitions, DefaultReplicationFactor, AutoCreateTopicsEnable, DeleteTopicEnable, BrokerHeartbeatIntervalMs,
        BrokerSessionTimeoutMs, InitialBrokerRegistrationTimeoutMs, BrokerRack, ControlledShutdownEnable, AutoLeaderRebalanceEnable,
        LeaderImbalanceCheckIntervalSeconds, UnstableFeatureVersionsEnable,
    ];
}
