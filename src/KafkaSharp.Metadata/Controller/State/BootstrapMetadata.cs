using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>
/// The records a new cluster's metadata log begins with: what <c>kafka-storage format</c> decides and writes to
/// <c>bootstrap.checkpoint</c>.
/// </summary>
public static class BootstrapMetadata
{
    /// <summary>
    /// The feature levels of a cluster formatted at a version, in Kafka's order: <c>metadata.version</c>, then the others by name.
    /// </summary>
    /// <param name="version">The <c>metadata.version</c>.</param>
    /// <param name="featureLevels">Levels that differ from the version's defaults (<c>format --feature</c>).</param>
    public static IReadOnlyList<MetadataRecord> Records(MetadataVersion version, IReadOnlyDictionary<string, short>? featureLevels = null)
    {
        var records = new List<MetadataRecord> { Level(FeatureNames.MetadataVersion, version.Level) };
        foreach (var feature in FeatureNames.All)
        {
            // kraft.version lives in the log's own control records.
            if (feature.Name is FeatureNames.MetadataVersion or FeatureNames.KRaft)
                continue;
            var level = featureLevels is not null && featureLevels.TryGetValue(feature.Name, out var given)
                ? given
                : feature.DefaultLevel(version);
            if (level > 0)
                records.Add(Level(feature.Name, level));
        }
        return records;
    }

    private static MetadataRecord Level(string name, short level) => new(new FeatureLevelRecord { Name = name, FeatureLevel = level }, 0);
}
