using System.Collections.Immutable;
using KafkaSharp.Metadata.Features;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The finalized features: <c>metadata.version</c> and the levels of the other features. An absent feature has level 0. Immutable.
/// </summary>
public sealed class FeaturesImage
{
    public static FeaturesImage Empty { get; } = new(null, ImmutableDictionary<string, short>.Empty);

    internal FeaturesImage(MetadataVersion? metadataVersion, ImmutableDictionary<string, short> finalizedLevels)
    {
        MetadataVersion = metadataVersion;
        FinalizedLevels = finalizedLevels;
    }

    /// <summary>The finalized <c>metadata.version</c>; null before the bootstrap records are applied.</summary>
    public MetadataVersion? MetadataVersion { get; }

    /// <summary>The levels of all features except <c>metadata.version</c>, by name.</summary>
    public ImmutableDictionary<string, short> FinalizedLevels { get; }

    /// <summary><c>metadata.version</c>; the lowest supported one before the bootstrap records are applied.</summary>
    public MetadataVersion MetadataVersionOrMinimum => MetadataVersion ?? Features.MetadataVersion.Minimum;

    /// <summary>Whether eligible leader replicas are kept (KIP-966).</summary>
    public bool IsElrEnabled => Level(FeatureNames.EligibleLeaderReplicas) >= 1;

    /// <summary>The level of a feature, including <c>metadata.version</c>; 0 if it is not finalized.</summary>
    public short Level(string feature) =>
        feature == FeatureNames.MetadataVersion ? MetadataVersion?.Level ?? 0 : FinalizedLevels.GetValueOrDefault(feature);

    /// <summary>All finalized features with their levels, <c>metadata.version</c> first.</summary>
    public IEnumerable<KeyValuePair<string, short>> All() =>
        MetadataVersion is { } version
            ? FinalizedLevels.Prepend(new KeyValuePair<string, short>(FeatureNames.MetadataVersion, version.Level))
            : FinalizedLevels;
}
