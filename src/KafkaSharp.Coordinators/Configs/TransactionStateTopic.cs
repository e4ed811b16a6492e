using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The topic that holds the state of transactional ids, as Kafka creates it when a coordinator is first looked up.</summary>
public static class TransactionStateTopic
{
    public const string Name = "__transaction_state";

    /// <summary>The topic to create: as configured, compacted, never led by a replica that lacks committed records.</summary>
    public static CreateTopicsRequest.CreatableTopic ToCreate(ConfigValues values) => new()
    {
        Name = Name,
        NumPartitions = values.Get(TransactionConfigs.StateLogNumPartitions),
        ReplicationFactor = values.Get(TransactionConfigs.StateLogReplicationFactor),
        Configs =
        [
            new() { Name = "unclean.leader.election.enable", Value = "false" },
            new() { Name = "compression.type", Value = "uncompressed" },
            new() { Name = "cleanup.policy", Value = "compact" },
            new() { Name = "min.insync.replicas", Value = Text(values.Get(TransactionConfigs.StateLogMinIsr)) },
            new() { Name = "segment.bytes", Value = Text(values.Get(TransactionConfigs.StateLogSegmentBytes)) },
        ],
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
