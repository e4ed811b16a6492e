using KafkaSharp.Configuration;

namespace KafkaSharp.Metadata;

/// <summary>
/// The configuration keys of topics' creation, broker membership and the controller; those of the metadata log itself are Raft's.
/// </summary>
public static class MetadataConfigs
{
    public static ConfigKey<int> NumPartitions { get; } = ConfigKeys.Int(
        "num.partitions", 1, "The number of partitions of a topic created without saying how many.", min: 1);

    public static ConfigKey<int> DefaultReplicationFactor { get; } = ConfigKeys.Int(
        "default.replication.factor", 1, "The number of replicas of a partition created without saying how many.");

    public static ConfigKey<bool> AutoCreateTopicsEnable { get; } = ConfigKeys.Boolean(
        "auto.create.topics.enable", true, "Whether a topic that a client asks for and that is not there is created.");

    public static ConfigKey<bool> DeleteTopicEnable { get; } = ConfigKeys.Boolean(
        "delete.topic.enable", true, "Whether topics may be deleted.");

    public static ConfigKey<int> BrokerHeartbeatIntervalMs { get; } = ConfigKeys.Int(
        "broker.heartbeat.interval.ms", 2000, "How often a broker tells the controller that it is alive, in ms.");

    public static ConfigKey<int> BrokerSessionTimeoutMs { get; } = ConfigKeys.Int(
        "broker.session.timeout.ms", 9000, "After how much silence the controller fences a broker, in ms.");

    public static ConfigKey<int> InitialBrokerRegistrationTimeoutMs { get; } = ConfigKeys.Int(
        "initial.broker.registration.timeout.ms", 60000, "How long a broker tries to register before it gives up, in ms.");

    public static ConfigKey<string> BrokerRack { get; } = ConfigKeys.String(
        "broker.rack", null, "The rack of this broker, for placing replicas and for fetching from near.");

    public static ConfigKey<bool> ControlledShutdownEnable { get; } = ConfigKeys.Boolean(
        "controlled.shutdown.enable", true, "Whether a broker that stops first hands its partitions over.");

    public static ConfigKey<bool> AutoLeaderRebalanceEnable { get; } = ConfigKeys.Boolean(
        "auto.leader.rebalance.enable", true, "Whether the controller gives leadership back to preferred replicas from time to time.");

    public static ConfigKey<long> LeaderImbalanceCheckIntervalSeconds { get; } = ConfigKeys.Long(
        "leader.imbalance.check.interval.seconds", 300, "How often the controller looks whether leadership should go back, in seconds.",
        min: 1);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        NumPartitions, DefaultReplicationFactor, AutoCreateTopicsEnable, DeleteTopicEnable, BrokerHeartbeatIntervalMs,
        BrokerSessionTimeoutMs, InitialBrokerRegistrationTimeoutMs, BrokerRack, ControlledShutdownEnable, AutoLeaderRebalanceEnable,
        LeaderImbalanceCheckIntervalSeconds,
    ];
}
