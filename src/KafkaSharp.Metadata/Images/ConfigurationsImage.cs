using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Images;

/// <summary>The dynamic configurations by resource. Immutable. A resource without configurations is absent.</summary>
public sealed class ConfigurationsImage
{
    public static ConfigurationsImage Empty { get; } =
        new(ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>>.Empty);

    internal static ImmutableSortedDictionary<string, string> NoConfigs { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    internal ConfigurationsImage(ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> resources) =>
        Resources = resources;

    public ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> Resources { get; }

    /// <summary>The configurations of a resource; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> Configs(ConfigResource resource) => Resources.GetValueOrDefault(resource) ?? NoConfigs;

    /// <summary>The configurations of a topic; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> TopicConfigs(string topic) => Configs(ConfigResource.Topic(topic));

    /// <summary>One value; null if it is not set for the resource itself.</summary>
    public string? Value(ConfigResource resource, string name) => Configs(resource).GetValueOrDefault(name);
}
