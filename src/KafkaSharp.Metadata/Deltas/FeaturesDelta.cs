using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>The changed feature levels; null for a feature that was set to level 0.</summary>
public sealed class FeaturesDelta
{
    private readonly FeaturesImage _before;
    private readonly Dictionary<string, short?> _changes = new(StringComparer.Ordinal);

    internal FeaturesDelta(FeaturesImage before)
    {
        _before = before;
        MetadataVersion = before.MetadataVersion;
    }

    /// <summary><c>metadata.version</c> after the change.</summary>
    public MetadataVersion? MetadataVersion { get; private set; }

    /// <summary>The changed levels of all features except <c>metadata.version</c>.</summary>
    public IReadOnlyDictionary<string, short?> Changes => _changes;

    internal void Replay(FeatureLevelRecord record)
    {
        if (record.Name == FeatureNames.MetadataVersion)
        {
            if (!Metadata.Features.MetadataVersion.IsKnown(record.FeatureLevel))
                throw new MetadataException($"metadata.version {record.FeatureLevel} is not supported by this version of KafkaSharp");
            MetadataVersion = new MetadataVersion(record.FeatureLevel);
        }
        else
        {
            _changes[record.Name] = record.FeatureLevel == 0 ? null : record.FeatureLevel;
        }
    }

    internal void FinishSnapshot()
    {
        foreach (var name in _before.FinalizedLevels.Keys)
            _changes.TryAdd(name, null);
    }

    internal FeaturesImage Apply()
    {
        var levels = _before.FinalizedLevels.ToBuilder();
        foreach (var (name, level) in _changes)
        {
            if (level is { } value)
                levels[name] = value;
            else
                levels.Remove(name);
        }
        return new FeaturesImage(MetadataVersion, levels.ToImmutable());
    }
}
