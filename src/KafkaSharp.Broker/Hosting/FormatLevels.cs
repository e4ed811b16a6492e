using System.Globalization;
using KafkaSharp.Metadata.Features;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The feature levels of a new cluster, from the options of <c>format</c>: the defaults of a release, and single features that differ.
/// Checks and messages are those of Kafka's <c>StorageTool</c> and <c>Formatter</c>.
/// </summary>
internal sealed record FormatLevels(MetadataVersion Version, IReadOnlyDictionary<string, short> Levels)
{
    /// <summary>The level given for <c>kraft.version</c>; null for none.</summary>
    public short? KRaft => Levels.TryGetValue(FeatureNames.KRaft, out var level) ? level : null;

    /// <param name="release">A release such as <c>4.3-IV0</c> or <c>4.0</c>; null for the newest.</param>
    /// <param name="features">Texts NAME=LEVEL. The last of a name counts.</param>
    /// <param name="unstable">Whether levels that are not yet stable are admitted.</param>
    /// <exception cref="BrokerStartException">A text is invalid, or a level cannot be used.</exception>
    public static FormatLevels Read(string? release, IEnumerable<string> features, bool unstable)
    {
        var levels = new Dictionary<string, short>(StringComparer.Ordinal);
        foreach (var text in features)
        {
            var (name, level) = Parse(text);
            levels[name] = level;
        }
        var version = VersionOf(release, levels, unstable);
        levels.Remove(FeatureNames.MetadataVersion);
        Check(levels, version);
        return new FormatLevels(version, levels);
    }

    private static (string Name, short Level) Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 0)
            throw new BrokerStartException($"Can't parse feature=level string {text}: equals sign not found.");
        return short.TryParse(text.AsSpan(at + 1).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level)
            ? (text[..at].Trim(), level)
            : throw new BrokerStartException($"Can't parse feature=level string {text}: unable to parse {text[(at + 1)..]} as a short.");
    }

    private static MetadataVersion VersionOf(string? release, Dictionary<string, short> levels, bool unstable)
    {
        MetadataVersion version;
        if (levels.TryGetValue(FeatureNames.MetadataVersion, out var level))
        {
            if (release is not null)
                throw new BrokerStartException("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.");
            if (!MetadataVersion.IsKnown(level))
            {
                throw new BrokerStartException($"No MetadataVersion with feature level {level}. Valid feature levels are from " +
                    $"{MetadataVersion.MinimumLevel} to {MetadataVersion.UnstableLevel}.");
            }
            version = new MetadataVersion(level);
        }
        else
        {
            version = release is null ? new MetadataVersion(unstable ? MetadataVersion.UnstableLevel : MetadataVersion.LatestLevel)
                : MetadataVersion.Parse(release) is { } parsed && (unstable || parsed.IsStable) ? parsed
                : throw new BrokerStartException($"Unknown metadata.version '{release}'. Supported metadata.version are: " +
                    string.Join(", ", MetadataVersion.Names.Take(unstable ? int.MaxValue : MetadataVersion.Names.Count - 1)));
        }
        return unstable || version.IsStable
            ? version
            : throw new BrokerStartException($"{FeatureNames.MetadataVersion} {version.Name} is not yet stable.");
    }

    // The level of kraft.version depends on the quorum, which the caller knows.
    private static void Check(Dictionary<string, short> levels, MetadataVersion version)
    {
        foreach (var (name, level) in levels)
        {
            if (FeatureNames.Find(name) is not { } feature)
            {
                var names = FeatureNames.All.Select(f => f.Name).Where(n => n != FeatureNames.MetadataVersion);
                throw new BrokerStartException($"Unsupported feature: {name}. Supported features are: {string.Join(", ", names)}");
            }
            if (name == FeatureNames.KRaft)
                continue;
            if (level < feature.MinLevel || level > feature.MaxLevel)
                throw new BrokerStartException($"No feature:{name} with feature level {level}");
            if (level > 0 && !feature.IsServed)
                throw new BrokerStartException($"{name} cannot be set to {level}: KafkaSharp does not serve this feature yet.");
            if (feature.UnmetDependency(level, version.Level) is { } reason)
                throw new BrokerStartException(reason);
        }
    }
}
