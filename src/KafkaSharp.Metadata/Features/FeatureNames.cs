namespace KafkaSharp.Metadata.Features;

/// <summary>The features of a Kafka cluster (KIP-584) and the levels that KafkaSharp supports.</summary>
public static class FeatureNames
{
    public const string MetadataVersion = "metadata.version";
    public const string KRaft = "kraft.version";
    public const string Transaction = "transaction.version";
    public const string Group = "group.version";
    public const string EligibleLeaderReplicas = "eligible.leader.replicas.version";
    public const string Share = "share.version";
    public const string Streams = "streams.version";

    /// <summary>All features, ordered by name.</summary>
    public static IReadOnlyList<KafkaFeature> All { get; } =
    [
        new(EligibleLeaderReplicas, 0, 1, [0, 26], MetadataVersionForLevelOne: 23),
        new(Group, 0, 1, [0, 22]),
        new(KRaft, 0, 1, [0, 21]),
        new(MetadataVersion, Features.MetadataVersion.MinimumLevel, Features.MetadataVersion.LatestLevel, []),
        new(Share, 0, 1, [0, 28]) { IsServed = false },
        new(Streams, 0, 1, [0, 29]) { IsServed = false },
        new(Transaction, 0, 2, [0, 24, 24]),
    ];

    private static readonly IReadOnlyList<KafkaFeature> s_withUnstable =
    [
        .. All.Select(feature =>
            feature.Name == MetadataVersion ? feature with { MaxLevel = Features.MetadataVersion.UnstableLevel } : feature),
    ];

    /// <summary>What a node supports: the same with unstable levels if <c>unstable.feature.versions.enable</c> admits them.</summary>
    public static IReadOnlyList<KafkaFeature> Supported(bool unstable) => unstable ? s_withUnstable : All;

    public static KafkaFeature? Find(string name) => All.FirstOrDefault(feature => feature.Name == name);
}
