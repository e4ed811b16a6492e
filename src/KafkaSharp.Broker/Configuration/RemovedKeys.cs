using System.Collections.Frozen;

namespace KafkaSharp.Broker.Configuration;

/// <summary>Keys of earlier releases of Kafka that 4.0 removed, with what to do instead.</summary>
internal static class RemovedKeys
{
    private const string ZooKeeperPrefix = "zookeeper.";

    private static readonly FrozenDictionary<string, string> s_advice = new Dictionary<string, string>
    {
        ["broker.id.generation.enable"] = "set node.id",
        ["reserved.broker.max.id"] = "set node.id",
        ["control.plane.listener.name"] = "the controllers have listeners of their own, in controller.listener.names",
        ["inter.broker.protocol.version"] = "the feature metadata.version replaces it; see kafka-features",
        ["log.message.format.version"] = "records always have the current format",
        ["message.format.version"] = "records always have the current format",
        ["log.message.downconversion.enable"] = "records always have the current format",
        ["log.message.timestamp.difference.max.ms"] =
            "set log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms",
        ["offsets.commit.required.acks"] = "commits of offsets are always written with acks=-1",
        ["leader.imbalance.per.broker.percentage"] = "leadership is balanced without a threshold; see auto.leader.rebalance.enable",
        ["controlled.shutdown.max.retries"] = "the controller controls the shutdown; see controlled.shutdown.enable",
        ["controlled.shutdown.retry.backoff.ms"] = "the controller controls the shutdown; see controlled.shutdown.enable",
        ["delegation.token.master.key"] = "set delegation.token.secret.key",
        ["password.encoder.secret"] = "dynamic passwords are stored as they are; protect the metadata log",
        ["password.encoder.old.secret"] = "dynamic passwords are stored as they are; protect the metadata log",
        ["metadata.log.segment.min.bytes"] = "set internal.metadata.log.segment.bytes",
        ["group.consumer.rebalance.protocols"] = "set group.coordinator.rebalance.protocols",
    }.ToFrozenDictionary();

    /// <summary>What to do about a key; null if it was not removed.</summary>
    public static string? Advice(string name) => s_advice.GetValueOrDefault(name)
        ?? (name.StartsWith(ZooKeeperPrefix, StringComparison.Ordinal)
            ? "the metadata is kept by controllers (KRaft) since Kafka 4.0: set process.roles, node.id and controller.quorum.voters"
            : null);
}
