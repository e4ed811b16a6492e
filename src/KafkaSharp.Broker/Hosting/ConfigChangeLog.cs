using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Storage.Configs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Logs each change of the dynamic configuration: of brokers, topics, groups and client metrics. The configs with which a topic is created
/// and those that disappear with it are no change. On the event loop of the metadata loader only.
/// </summary>
internal sealed class ConfigChangeLog(ILogger logger) : IMetadataPublisher
{
    /// <summary>The most lines for one update of the metadata, which can change thousands of topics.</summary>
    private const int MaxLines = 20;

    private MetadataImage? _last;

    public string Name => "ConfigChangeLog";

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        var before = _last;
        _last = newImage;
        // The first image is what was set before this start.
        if (before is null || delta.Configs is not { } configs)
            return;
        var changed = configs.Changes.Where(change => !IsOfNewOrDeletedTopic(change.Key, before, newImage)).ToList();
        foreach (var (resource, values) in changed.Take(MaxLines))
            Log(resource, before.Configs.Configs(resource), values);
        if (changed.Count > MaxLines)
            logger.MoreConfigsChanged(changed.Count - MaxLines);
    }

    private static bool IsOfNewOrDeletedTopic(ConfigResource resource, MetadataImage before, MetadataImage after) =>
        resource.Type == ConfigResourceType.Topic
        && (before.Topics.Topic(resource.Name) is null || after.Topics.Topic(resource.Name) is null);

    private void Log(ConfigResource resource, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        var set = after.Where(value => before.GetValueOrDefault(value.Key) != value.Value)
            .OrderBy(value => value.Key, StringComparer.Ordinal)
            .Select(value => $"{value.Key}={Shown(resource.Type, value.Key, value.Value)}");
        var removed = before.Keys.Where(name => !after.ContainsKey(name)).Order(StringComparer.Ordinal)
            .Select(name => $"{name} is no longer set");
        if (string.Join(", ", [.. set, .. removed]) is not { Length: > 0 } changes)
            return;
        logger.ConfigChanged(Described(resource), changes);
        if (resource.Type != ConfigResourceType.Broker)
            return;
        foreach (var name in after.Keys.Where(name => before.GetValueOrDefault(name) != after[name] && !KeyNotices.ActsOnChange(name)))
            logger.DynamicConfigInactive(name);
    }

    private static string Described(ConfigResource resource) => resource switch
    {
        { Type: ConfigResourceType.Broker, Name: "" } => "all brokers",
        { Type: ConfigResourceType.Broker } => $"broker {resource.Name}",
        { Type: ConfigResourceType.Topic } => $"topic {resource.Name}",
        { Type: ConfigResourceType.Group } => $"group {resource.Name}",
        _ => $"client metrics subscription {resource.Name}",
    };

    // A key that nobody knows may hold a secret.
    private static string Shown(ConfigResourceType type, string name, string value)
    {
        var key = type switch
        {
            ConfigResourceType.Broker => BrokerSchema.Find(ListenerKey.BaseOf(name)),
            ConfigResourceType.Topic => TopicConfigs.Schema.Find(name),
            ConfigResourceType.Group => ResourceConfigs.Groups.Find(name),
            _ => ResourceConfigs.ClientMetrics.Find(name),
        };
        return key is null or { Type: ConfigType.Password } ? "[hidden]" : value;
    }
}
