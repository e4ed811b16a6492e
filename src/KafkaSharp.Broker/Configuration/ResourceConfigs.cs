using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The keys of consumer, share and streams groups, each with the broker key that is its default (KIP-848, KIP-932, KIP-1071).
/// </summary>
internal static class ResourceConfigs
{
    private static readonly (ConfigKey Key, string Synonym)[] s_groupKeys =
    [
        Group("consumer.assignment.interval.ms", 1_000, 0),
        Group("consumer.heartbeat.interval.ms", 5_000, 1),
        Group("consumer.session.timeout.ms", 45_000, 1),
        Group("share.assignment.interval.ms", 1_000, 0),
        Own(ConfigKeys.String("share.auto.offset.reset", "latest",
            "Where a share group begins: latest, earliest or by_duration:<ISO 8601 duration>.", ShareOffsetReset.EnsureValid,
            "[latest, earliest, by_duration:PnDTnHnMn.nS]")),
        Group("share.delivery.count.limit", 5, 2),
        Group("share.heartbeat.interval.ms", 5_000, 1),
        Own(ConfigKeys.String(
            "share.isolation.level", "read_uncommitted", "Whether a share group sees records of open and aborted transactions.",
            ["read_committed", "read_uncommitted"])),
        Group("share.partition.max.record.locks", 2_000, 100),
        Group("share.record.lock.duration.ms", 30_000, 1_000),
        Own(ConfigKeys.Boolean("share.renew.acknowledge.enable", true, "Whether a member may renew its lock on a record.")),
        Group("share.session.timeout.ms", 45_000, 1),
        Group("streams.assignment.interval.ms", 1_000, 0),
        Group("streams.heartbeat.interval.ms", 5_000, 1),
        Group("streams.initial.rebalance.delay.ms", 3_000, 0),
        Group("streams.num.standby.replicas", 0, 0),
        Group("streams.session.timeout.ms", 45_000, 1),
    ];

    /// <summary>The keys of a group.</summary>
    public static ConfigSchema Groups { get; } = new(s_groupKeys.Select(entry => entry.Key));

    /// <summary>The keys of a client metrics subscription (KIP-714).</summary>
    public static ConfigSchema ClientMetrics { get; } = new(
        ConfigKeys.Int("interval.ms", 300_000, "How often clients push the metrics, in milliseconds."),
        ConfigKeys.List("match", "", "Which clients: selector=pattern each."),
        ConfigKeys.List("metrics", "", "Prefixes of the names of the metrics; * for all."));

    /// <summary>The broker key that gives a group's key its default.</summary>
    public static string GroupSynonym(string name) => s_groupKeys.First(entry => entry.Key.Name == name).Synonym;

    private static (ConfigKey, string) Group(string name, int defaultValue, int min) =>
        (ConfigKeys.Int(name, defaultValue, "As the broker's key group." + name + ", for this group.", min), "group." + name);

    private static (ConfigKey, string) Own(ConfigKey key) => (key, key.Name);
}
