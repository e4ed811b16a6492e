using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators;

/// <summary>What the group coordinator reads of the broker's configuration. Immutable.</summary>
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
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromMinutes(GroupConfigs.OffsetsRetentionMinutes.Default);
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
        OffsetsRetention = TimeSpan.FromMinutes(values.Get(GroupConfigs.OffsetsRetentionMinutes)),
        // More than anyone means, and within what a time span holds.
        OffsetsRetentionCheckInterval =
            TimeSpan.FromMilliseconds(Math.Min(values.Get(GroupConfigs.OffsetsRetentionCheckIntervalMs), int.MaxValue * 1000L)),
    };
}
