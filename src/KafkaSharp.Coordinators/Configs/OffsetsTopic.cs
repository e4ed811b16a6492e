using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The topic that holds the state of groups, as Kafka creates it when a coordinator is first looked up.</summary>
public static class OffsetsTopic
{
    public const string Name = "__consumer_offsets";

    /// <summary>The topic to create: partitions, replicas and segments as configured, compacted, batches as they are written.</summary>
    public static CreateTopicsRequest.CreatableTopic ToCreate(ConfigValues values) => new()
    {
        Name = Name,
        NumPartitions = values.Get(GroupConfigs.OffsetsTopicNumPartitions),
        ReplicationFactor = values.Get(GroupConfigs.OffsetsTopicReplicationFactor),
        Configs =
        [
            new() { Name = "cleanup.policy", Value = "compact" },
            new()
            {
                Name = "segment.bytes",
                Value = values.Get(GroupConfigs.OffsetsTopicSegmentBytes).ToString(CultureInfo.InvariantCulture),
            },
            new() { Name = "compression.type", Value = "producer" },
        ],
    };
}
