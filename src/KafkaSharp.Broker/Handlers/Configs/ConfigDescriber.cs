using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// Describes each key of a resource for DescribeConfigs: its value, the source of the value, and the values it overrides (synonyms), in the
/// order of precedence. Made for one request.
/// </summary>
internal sealed class ConfigDescriber(BrokerConfiguration configuration, ConfigurationsImage configs, bool includeSynonyms,
    bool includeDocumentation)
{
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Topic(string topic)
    {
        var own = configs.TopicConfigs(topic);
        var defaults = BrokerLogConfigs.TopicDefaults(DynamicConfigs.Merge(configuration, configs));
        foreach (var key in TopicConfigs.Schema.Keys)
        {
            // Kafka hides its internal keys unless they are set.
            if (key.Name.StartsWith("internal.", StringComparison.Ordinal) && !own.ContainsKey(key.Name))
                continue;
            var values = new List<Found>();
            if (own.TryGetValue(key.Name, out var text))
                values.Add(new Found(key.Name, text, ConfigSource.Topic));
            var brokerKeys = BrokerLogConfigs.SynonymsOf(key.Name);
            values.AddRange(BrokerValues(brokerKeys));
            var value = text ?? defaults.GetValueOrDefault(key.Name) ?? key.DefaultText;
            yield return Result(key, value, values, isReadOnly: false);
        }
    }

    /// <summary>This broker's keys: all that Kafka knows and those that are set besides.</summary>
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Broker()
    {
        foreach (var known in KnownBrokerConfigs.All)
        {
            var key = BrokerSchema.Find(known.Name)!;
            var values = BrokerValues([key]).ToList();
            yield return Result(key, values.Count > 0 ? values[0].Text : null, values, key.UpdateMode == ConfigUpdateMode.ReadOnly);
        }
        foreach (var (name, text) in configuration.Values.Given)
        {
            // An unknown key may hold a secret: its value is not shown.
            if (KnownBrokerConfigs.Find(name) is null)
                yield return Unknown(name, [new Found(name, text, ConfigSource.StaticBroker)]);
        }
    }

    /// <summary>What is set for all brokers at once.</summary>
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> BrokerDefaults()
    {
        foreach (var (name, text) in configs.Configs(ConfigResource.BrokerDefault))
        {
            Found[] values = [new Found(name, text, ConfigSource.DynamicDefaultBroker)];
            yield return BrokerSchema.Find(name) is { } key ? Result(key, text, values, isReadOnly: false) : Unknown(name, values);
        }
    }

    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Group(string group)
    {
        var own = configs.Configs(ConfigResource.Group(group));
        foreach (var key in ResourceConfigs.Groups.Keys)
        {
            var values = new List<Found>();
            if (own.TryGetValue(key.Name, out var text))
                values.Add(new Found(key.Name, text, ConfigSource.Group));
            var synonym = ResourceConfigs.GroupSynonym(key.Name);
            if (BrokerSchema.Find(synonym) is { } brokerKey)
                values.AddRange(BrokerValues([brokerKey]));
            else
                values.Add(new Found(synonym, key.DefaultText!, ConfigSource.Default));
            yield return Result(key, values[0].Text, values, isReadOnly: false);
        }
    }

    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> ClientMetrics(string subscription)
    {
        var own = configs.Configs(new ConfigResource(ConfigResourceType.ClientMetrics, subscription));
        foreach (var key in ResourceConfigs.ClientMetrics.Keys)
        {
            Found[] values = own.TryGetValue(key.Name, out var text) ? [new Found(key.Name, text, ConfigSource.ClientMetrics)] : [];
            yield return Result(key, text ?? key.DefaultText, values, isReadOnly: false);
        }
    }

    /// <summary>The values of broker keys that mean the same, from this broker's dynamic ones to the default of the first.</summary>
    private IEnumerable<Found> BrokerValues(IReadOnlyList<ConfigKey> keys)
    {
        var node = configs.Configs(ConfigResource.Broker(configuration.NodeId));
        var cluster = configs.Configs(ConfigResource.BrokerDefault);
        foreach (var key in keys)
        {
            if (node.TryGetValue(key.Name, out var text))
                yield return new Found(key.Name, text, ConfigSource.DynamicBroker);
        }
        foreach (var key in keys)
        {
            if (cluster.TryGetValue(key.Name, out var text))
                yield return new Found(key.Name, text, ConfigSource.DynamicDefaultBroker);
        }
        foreach (var key in keys)
        {
            if (configuration.Values.Given.TryGetValue(key.Name, out var text))
                yield return new Found(key.Name, text, ConfigSource.StaticBroker);
        }
        if (keys is [var first, ..] && DefaultText(first) is { } defaultText)
            yield return new Found(first.Name, defaultText, ConfigSource.Default);
    }

    // The default of Kafka's table takes precedence over ours, which may differ for a node without a file.
    private static string? DefaultText(ConfigKey key) => (KnownBrokerConfigs.Find(key.Name) ?? key).DefaultText;

    private DescribeConfigsResponse.DescribeConfigsResourceResult Result(
        ConfigKey key, string? value, IReadOnlyList<Found> values, bool isReadOnly)
    {
        var isSensitive = key.Type == ConfigType.Password;
        return new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = key.Name,
            Value = isSensitive ? null : value,
            ReadOnly = isReadOnly,
            ConfigSource = (sbyte)(values.Count > 0 ? values[0].Source : ConfigSource.Default),
            IsSensitive = isSensitive,
            Synonyms = Synonyms(values, isSensitive),
            ConfigType = WireType(key.Type),
            Documentation = includeDocumentation ? key.Documentation : null,
        };
    }

    private DescribeConfigsResponse.DescribeConfigsResourceResult Unknown(string name, IReadOnlyList<Found> values) => new()
    {
        Name = name,
        Value = null,
        ReadOnly = values[0].Source == ConfigSource.StaticBroker,
        ConfigSource = (sbyte)values[0].Source,
        IsSensitive = true,
        Synonyms = Synonyms(values, isSensitive: true),
        Documentation = null,
    };

    private List<DescribeConfigsResponse.DescribeConfigsSynonym> Synonyms(IReadOnlyList<Found> values, bool isSensitive) =>
        !includeSynonyms ? [] :
    [
        .. values.Select(value => new DescribeConfigsResponse.DescribeConfigsSynonym
        {
            Name = value.Name, Value = isSensitive ? null : value.Text, Source = (sbyte)value.Source,
        }),
    ];

    private static sbyte WireType(ConfigType type) => type switch
    {
        ConfigType.Boolean => 1,
        ConfigType.String => 2,
        ConfigType.Int => 3,
        ConfigType.Short => 4,
        ConfigType.Long => 5,
        ConfigType.Double => 6,
        ConfigType.List => 7,
        ConfigType.Class => 8,
        ConfigType.Password => 9,
        _ => 0,
    };

    private readonly record struct Found(string Name, string Text, ConfigSource Source);
}
