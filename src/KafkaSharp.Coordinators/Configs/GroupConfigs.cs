using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The keys of the group coordinator and of the topic that holds its state (Kafka's <c>GroupCoordinatorConfig</c>).</summary>
public static class GroupConfigs
{
    public static readonly ConfigKey<int> MinSessionTimeoutMs = ConfigKeys.Int(
        "group.min.session.timeout.ms", 6000, "The shortest session timeout of a classic member, in milliseconds.");

    public static readonly ConfigKey<int> MaxSessionTimeoutMs = ConfigKeys.Int(
        "group.max.session.timeout.ms", 1_800_000, "The longest session timeout of a classic member, in milliseconds.");

    public static readonly ConfigKey<int> InitialRebalanceDelayMs = ConfigKeys.Int(
        "group.initial.rebalance.delay.ms", 3000,
        "How long an empty classic group waits for more members before its first rebalance, in milliseconds.");

    public static readonly ConfigKey<int> MaxSize = ConfigKeys.Int(
        "group.max.size", int.MaxValue, "The most members a classic group may have.", min: 1);

    public static readonly ConfigKey<int> OffsetMetadataMaxBytes = ConfigKeys.Int(
        "offset.metadata.max.bytes", 4096, "The longest metadata that may be committed with an offset, in characters.");

    public static readonly ConfigKey<int> OffsetsCommitTimeoutMs = ConfigKeys.Int(
        "offsets.commit.timeout.ms", 5000, "How long a write of the coordinator waits for its replicas, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> AppendLingerMs = ConfigKeys.Int(
        "group.coordinator.append.linger.ms", -1,
        "How long the coordinator waits for more records before it writes a batch, in milliseconds. With -1 it writes as soon as no other "
        + "request waits.", min: -1);

    public static readonly ConfigKey<int> OffsetsLoadBufferSize = ConfigKeys.Int(
        "offsets.load.buffer.size", 5_242_880, "How much is read at once when a shard is loaded, in bytes.", min: 1);

    public static readonly ConfigKey<int> OffsetsRetentionMinutes = ConfigKeys.Int(
        "offsets.retention.minutes", 10_080, "How long offsets are kept after their group became empty, in minutes.", min: 1);

    public static readonly ConfigKey<long> OffsetsRetentionCheckIntervalMs = ConfigKeys.Long(
        "offsets.retention.check.interval.ms", 600_000,
        "How often expired offsets and empty groups are looked for, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> OffsetsTopicNumPartitions = ConfigKeys.Int(
        "offsets.topic.num.partitions", 50, "How many partitions __consumer_offsets is created with.", min: 1);

    public static readonly ConfigKey<short> OffsetsTopicReplicationFactor = ConfigKeys.Short(
        "offsets.topic.replication.factor", 3, "How many replicas __consumer_offsets is created with.", min: 1);

    public static readonly ConfigKey<int> OffsetsTopicSegmentBytes = ConfigKeys.Int(
        "offsets.topic.segment.bytes", 104_857_600, "The segment size of __consumer_offsets, in bytes.", min: 1);

    public static readonly ConfigKey<int> OffsetsTopicCompressionCodec = ConfigKeys.Int(
        "offsets.topic.compression.codec", 0, "The codec of the batches of __consumer_offsets: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");

    public static readonly ConfigKey<IReadOnlyList<string>> RebalanceProtocols = ConfigKeys.List(
        "group.coordinator.rebalance.protocols", "classic,consumer,streams",
        "The protocols of groups that are served. Kafka 5.0 removes this key: use the features group.version, share.version and "
        + "streams.version instead.", ["consumer", "classic", "share", "streams"], allowEmpty: false);

    /// <summary>Every key of the group coordinator.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        MinSessionTimeoutMs, MaxSessionTimeoutMs, InitialRebalanceDelayMs, MaxSize, OffsetMetadataMaxBytes, OffsetsCommitTimeoutMs,
        AppendLingerMs, OffsetsLoadBufferSize, OffsetsRetentionMinutes, OffsetsRetentionCheckIntervalMs, OffsetsTopicNumPartitions,
        OffsetsTopicReplicationFactor, OffsetsTopicSegmentBytes, OffsetsTopicCompressionCodec, RebalanceProtocols,
    ];
}
