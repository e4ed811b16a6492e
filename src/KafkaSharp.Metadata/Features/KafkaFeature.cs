namespace KafkaSharp.Metadata.Features;

/// <summary>
/// A feature: the lowest and highest supported level, for each level the <c>metadata.version</c> from which a new cluster has it, and the
/// <c>metadata.version</c> that level 1 requires (0 for none).
/// </summary>
public sealed record KafkaFeature(
    string Name, short MinLevel, short MaxLevel, IReadOnlyList<short> BootstrapMetadataVersions, short MetadataVersionForLevelOne = 0)
{
    /// <summary>
    /// Whether KafkaSharp serves what the feature stands for. Otherwise a new cluster does not have it, though a cluster of other brokers
    /// may.
    /// </summary>
    public bool IsServed { get; init; } = true;

    /// <summary>Why the level cannot be used with a level of <c>metadata.version</c>, in Kafka's words; null if it can.</summary>
    public string? UnmetDependency(short level, short metadataVersion) => level > 0 && metadataVersion < MetadataVersionForLevelOne
        ? $"{Name} could not be set to {level} because it depends on {FeatureNames.MetadataVersion} level {MetadataVersionForLevelOne}"
        : null;

    /// <summary>The level of a new cluster that is formatted with a <c>metadata.version</c>.</summary>
    public short DefaultLevel(MetadataVersion version)
    {
        short level = 0;
        if (!IsServed)
            return level;
        for (short candidate = 0; candidate < BootstrapMetadataVersions.Count; candidate++)
        {
            if (BootstrapMetadataVersions[candidate] <= version.Level)
                level = candidate;
        }
        return level;
    }
}
