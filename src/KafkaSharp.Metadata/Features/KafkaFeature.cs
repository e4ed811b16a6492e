namespace KafkaSharp.Metadata.Features;

/// <summary>
/// A feature: the lowest and highest level supported, for each level the <c>metadata.version</c> from which a new cluster gets it, and the
/// <c>metadata.version</c> without which level one can't be (0 for none).
/// </summary>
public sealed record KafkaFeature(
    string Name, short MinLevel, short MaxLevel, IReadOnlyList<short> BootstrapMetadataVersions, short MetadataVersionForLevelOne = 0)
{
    /// <summary>The level a cluster formatted at that <c>metadata.version</c> begins with.</summary>
    public short DefaultLevel(MetadataVersion version)
    {
        short level = 0;
        for (short candidate = 0; candidate < BootstrapMetadataVersions.Count; candidate++)
        {
            if (BootstrapMetadataVersions[candidate] <= version.Level)
                level = candidate;
        }
        return level;
    }
}
