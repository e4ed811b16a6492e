using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Metadata;
using KafkaSharp.Network;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Broker.Configuration;

/// <summary>All broker keys that have an effect, from the components that declare them.</summary>
internal static class BrokerSchema
{
    public static ConfigSchema Instance { get; } = new(
    [
        .. BrokerConfigs.All, .. NetworkConfigs.All, .. BrokerLogConfigs.All, .. LogManagerConfigs.All, .. LogCleanerConfigs.All,
        .. RaftConfigs.All, .. MetadataConfigs.All,
        .. GroupConfigs.All, .. ConsumerGroupConfigs.All, .. TransactionConfigs.All,
    ]);

    /// <summary>The key of a name: one that acts, else one that is only known; null for a name that Kafka does not know.</summary>
    public static ConfigKey? Find(string name) => Instance.Find(name) ?? KnownBrokerConfigs.Find(name);
}
