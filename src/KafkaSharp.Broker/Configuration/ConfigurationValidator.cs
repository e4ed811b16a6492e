using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Storage;

namespace KafkaSharp.Broker.Configuration;

/// <summary>Lends the controller the declarations of the rooms it does not see, to check what is to be set and to tell defaults.</summary>
sealed class ConfigurationValidator(BrokerConfiguration configuration) : IConfigurationValidator
{
    private const sbyte TopicSource = 1;
    private const sbyte BrokerSource = 2;
    private const sbyte BrokerDefaultSource = 3;
    private const sbyte StaticSource = 4;
    private const sbyte DefaultSource = 5;

    public ApiError? Validate(ConfigResource resource, IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string> existing)
    {
        try
        {
            switch (resource.Type)
            {
                case ConfigResourceType.Topic:
                    LogConfig.Validate(configs, BrokerLogConfigs.TopicDefaults(configuration.Values));
                    return null;
                case ConfigResourceType.Broker:
                    return ValidateBroker(resource, configs);
                default:
                    return null;
            }
        }
        catch (ConfigException e)
        {
            return new ApiError(ErrorCode.InvalidConfig, e.Message);
        }
    }

    public bool IsList(ConfigResourceType type, string name) => Find(type, name)?.Type == ConfigType.List;

    public string? DefaultValue(ConfigResourceType type, string name) => type switch
    {
        ConfigResourceType.Topic => BrokerLogConfigs.TopicDefaults(configuration.Values).GetValueOrDefault(name) ?? Find(type, name)?.DefaultText,
        ConfigResourceType.Broker => configuration.Values.Given.GetValueOrDefault(name) ?? Find(type, name)?.DefaultText,
        _ => null,
    };

    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(
        IReadOnlyDictionary<string, string> topicConfigs, IReadOnlyDictionary<string, string> clusterConfigs,
        IReadOnlyDictionary<string, string> nodeConfigs)
    {
        var configs = new List<EffectiveConfig>();
        foreach (var key in TopicConfigs.Schema.Keys)
        {
            var synonyms = BrokerLogConfigs.SynonymsOf(key.Name);
            var (value, source) =
                topicConfigs.TryGetValue(key.Name, out var own) ? (own, TopicSource)
                : First(synonyms, nodeConfigs) is { } node ? (node, BrokerSource)
                : First(synonyms, clusterConfigs) is { } cluster ? (cluster, BrokerDefaultSource)
                : synonyms.Any(configuration.Values.IsSet)
                    ? (BrokerLogConfigs.TopicDefaults(configuration.Values).GetValueOrDefault(key.Name), StaticSource)
                    : (key.DefaultText, DefaultSource);
            configs.Add(new EffectiveConfig(key.Name, value, source));
        }
        return configs;
    }

    private static string? First(IReadOnlyList<ConfigKey> keys, IReadOnlyDictionary<string, string> given) =>
        keys.Select(key => given.GetValueOrDefault(key.Name)).FirstOrDefault(value => value is not null);

    private static ApiError? ValidateBroker(ConfigResource resource, IReadOnlyDictionary<string, string> configs)
    {
        foreach (var (name, text) in configs)
        {
            // A key that nobody knows may belong to a plug-in: it is stored, as in Kafka.
            if (BrokerSchema.Find(name) is not { } key)
                continue;
            if (key.UpdateMode == ConfigUpdateMode.ReadOnly)
                return new ApiError(ErrorCode.InvalidRequest, $"Cannot update these configs dynamically: Set({name})");
            if (key.UpdateMode == ConfigUpdateMode.PerBroker && resource.Name.Length == 0)
            {
                return new ApiError(
                    ErrorCode.InvalidRequest,
                    $"Cannot update these configs at default cluster level, broker id must be specified: Set({name})");
            }
            key.ParseObject(text);
        }
        return null;
    }

    private static ConfigKey? Find(ConfigResourceType type, string name) => type switch
    {
        ConfigResourceType.Topic => TopicConfigs.Schema.Find(name),
        ConfigResourceType.Broker => BrokerSchema.Find(name),
        _ => null,
    };
}
