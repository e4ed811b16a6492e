using KafkaSharp.Compression;
using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The group coordinator's part of the broker's configuration. Immutable.</summary>
public sealed record GroupCoordinatorConfig
{
    /// <summary>How long a member that joins may take until its first heartbeat; Kafka has no key for it.</summary>
    public static readonly TimeSpan NewMemberJoinTimeout = TimeSpan.FromMinutes(5);

    public int MinSessionTimeoutMs { get; init; } = GroupConfigs.MinSessionTimeoutMs.Default;
    public int MaxSessionTimeoutMs { get; init; } = GroupConfigs.MaxSessionTimeoutMs.Default;
    public int InitialRebalanceDelayMs { get; init; } = GroupConfigs.InitialRebalanceDelayMs.Default;
    public int MaxSize { get; init; } = GroupConfigs.MaxSize.Default;
    public int OffsetMetadataMaxBytes { get; init; } = GroupConfigs.OffsetMetadataMaxBytes.Default;
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMilliseconds(GroupConfigs.OffsetsCommitTimeoutMs.Default);

    /// <summary>How long a batch waits for more records; null for adaptive.</summary>
    public TimeSpan? AppendLinger { get; init; }

    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromMinutes(GroupConfigs.OffsetsRetentionMinutes.Default);

    /// <summary>How much is read at a time when a shard is loaded, in bytes.</summary>
    public int LoadBufferSize { get; init; } = GroupConfigs.OffsetsLoadBufferSize.Default;

    /// <summary>The codec of the batches of <c>__consumer_offsets</c>.</summary>
    public CompressionType Compression { get; init; } = (CompressionType)GroupConfigs.OffsetsTopicCompressionCodec.Default;

    public TimeSpan OffsetsRetentionCheckInterval { get; init; } =
        TimeSpan.FromMilliseconds(GroupConfigs.OffsetsRetentionCheckIntervalMs.Default);

    public static GroupCoordinatorConfig From(ConfigValues values) => new()
    {
        MinSessionTimeoutMs = values.Get(GroupConfigs.MinSessionTimeoutMs),
        MaxSessionTimeoutMs = values.Get(GroupConfigs.MaxSessionTimeoutMs),
        InitialRebalanceDelayMs = values.Get(GroupConfigs.InitialRebalanceDelayMs),
        MaxSize = values.Get(GroupConfigs.MaxSize),
        OffsetMetadataMaxBytes = values.Get(GroupConfigs.OffsetMetadataMaxBytes),
        CommitTimeout = TimeSpan.FromMilliseconds(values.Get(GroupConfigs.OffsetsCommitTimeoutMs)),
        AppendLinger = values.Get(GroupConfigs.AppendLingerMs) is >= 0 and var linger ? TimeSpan.FromMilliseconds(linger) : null,
        LoadBufferSize = values.Get(GroupConfigs.OffsetsLoadBufferSize),
        Compression = (CompressionType)values.Get(GroupConfigs.OffsetsTopicCompressionCodec),
        OffsetsRetention = TimeSpan.FromMinutes(values.Get(GroupConfigs.OffsetsRetentionMinutes)),
        // Limited to what a time span holds.
        OffsetsRetentionCheckInterval =
            TimeSpan.FromMilliseconds(Math.Min(values.Get(GroupConfigs.OffsetsRetentionCheckIntervalMs), int.MaxValue * 1000L)),
    };
}
