using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Broker.Configuration;

/// <summary>Gives the controller the declarations of configuration keys, to check new values and to know the defaults.</summary>
internal sealed class ConfigurationValidator(BrokerConfiguration configuration) : IConfigurationValidator
{
    public ApiError? Validate(ConfigResource resource,
        IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string> existing)
    {
        try
        {
            switch (resource.Type)
            {
                case ConfigResourceType.Topic:
                    LogConfig.Validate(configs, BrokerLogConfigs.TopicDefaults(configuration.Values));
                    return configs.TryGetValue(TopicConfigs.RemoteStorageEnable.Name, out var remote)
                        && TopicConfigs.RemoteStorageEnable.Parse(remote)
                        ? new ApiError(
                            ErrorCode.InvalidConfig,
                            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.")
                        : null;
                case ConfigResourceType.Group:
                    return GroupConfigRules.Validate(configuration.Values, configs);
                case ConfigResourceType.ClientMetrics:
                    return ClientMetricsRules.Validate(configs);
                default:
                    // A broker checks its configurations before it forwards them: see ConfigAlterations.
                    return null;
            }
        }
        catch (ConfigException e)
        {
            return new ApiError(ErrorCode.InvalidConfig, e.Message);
        }
    }

    // As in Kafka, the lists of client metrics can only be set as a whole.
    public bool IsList(ConfigResourceType type, string name) =>
        type != ConfigResourceType.ClientMetrics && Find(type, name)?.Type == ConfigType.List;

    public string? DefaultValue(ConfigResourceType type, string name) => Find(type, name)?.DefaultText;

    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(
        IReadOnlyDictionary<string, string> topicConfigs, IReadOnlyDictionary<string, string> clusterConfigs,
        IReadOnlyDictionary<string, string> nodeConfigs)
    {
        var defaults = BrokerLogConfigs.TopicDefaults(DynamicConfigs.Merge(configuration, clusterConfigs, nodeConfigs));
        var configs = new List<EffectiveConfig>();
        foreach (var key in TopicConfigs.Schema.Keys)
        {
            if (topicConfigs.TryGetValue(key.Name, out var own))
            {
                configs.Add(new EffectiveConfig(key.Name, own, (sbyte)ConfigSource.Topic));
                continue;
            }
            // Kafka hides its internal keys unless they are set.
            if (key.Name.StartsWith("internal.", StringComparison.Ordinal))
                continue;
            var synonyms = BrokerLogConfigs.SynonymsOf(key.Name);
            var source = synonyms.Any(synonym => nodeConfigs.ContainsKey(synonym.Name)) ? ConfigSource.DynamicBroker
                : synonyms.Any(synonym => clusterConfigs.ContainsKey(synonym.Name)) ? ConfigSource.DynamicDefaultBroker
                : synonyms.Any(configuration.Values.IsSet) ? ConfigSource.StaticBroker
                : ConfigSource.Default;
            configs.Add(new EffectiveConfig(key.Name, defaults.GetValueOrDefault(key.Name) ?? key.DefaultText, (sbyte)source));
        }
        return configs;
    }

    private static ConfigKey? Find(ConfigResourceType type, string name) => type switch
    {
        ConfigResourceType.Topic => TopicConfigs.Schema.Find(name),
        ConfigResourceType.Broker => BrokerSchema.Find(name),
        ConfigResourceType.Group => ResourceConfigs.Groups.Find(name),
        ConfigResourceType.ClientMetrics => ResourceConfigs.ClientMetrics.Find(name),
        _ => null,
    };
}
