using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Images;

/// <summary>The dynamic configurations that are set, by resource. Immutable. A resource without any is absent.</summary>
public sealed class ConfigurationsImage
{
    public static ConfigurationsImage Empty { get; } =
        new(ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>>.Empty);

    internal static ImmutableSortedDictionary<string, string> NoConfigs { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    internal ConfigurationsImage(ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> resources) =>
        Resources = resources;

    public ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> Resources { get; }

    /// <summary>What is set for a resource; empty where nothing is.</summary>
    public ImmutableSortedDictionary<string, string> Configs(ConfigResource resource) => Resources.GetValueOrDefault(resource) ?? NoConfigs;

    /// <summary>What is set for a topic; empty where nothing is.</summary>
    public ImmutableSortedDictionary<string, string> TopicConfigs(string topic) => Configs(ConfigResource.Topic(topic));

    /// <summary>One value, or null where it is not set for the resource itself.</summary>
    public string? Value(ConfigResource resource, string name) => Configs(resource).GetValueOrDefault(name);
}
