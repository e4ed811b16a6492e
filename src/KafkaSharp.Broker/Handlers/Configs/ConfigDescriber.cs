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
    private readonly Lazy<BrokerValueSources> _broker = new(() => new BrokerValueSources(configuration, configs));

    private BrokerValueSources BrokerValues => _broker.Value;

    /// <summary>The form in which Kafka shows a value: numbers without leading zeros, lists without blanks and repetition.</summary>
    public static string? Normal(ConfigKey key, string text)
    {
        try
        {
            return key.Format(key.ParseObject(text));
        }
        catch (ConfigException)
        {
            return text;
        }
    }

    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Topic(string topic)
    {
        var own = configs.TopicConfigs(topic);
        var defaults = BrokerLogConfigs.TopicDefaults(DynamicConfigs.Merge(configuration, configs));
        foreach (var key in TopicConfigs.Schema.Keys)
        {
            // Kafka hides its internal keys unless they are set.
            if (key.Name.StartsWith("internal.", StringComparison.Ordinal) && !own.ContainsKey(key.Name))
                continue;
            var value = Own(own, key) ?? defaults.GetValueOrDefault(key.Name) ?? key.DefaultText;
            var synonyms = BrokerLogConfigs.SynonymsOf(key.Name) is [var first, ..] ? BrokerValues.Of(first.Name) : [];
            yield return Result(key, value, WithOwn(own, key, ConfigSource.Topic, synonyms), isReadOnly: false);
        }
    }

    /// <summary>This broker's keys: all that Kafka shows and those that are set besides.</summary>
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Broker()
    {
        foreach (var known in KnownBrokerConfigs.All.Where(key => !key.IsInternal || BrokerValues.Current.ContainsKey(key.Name)))
        {
            var key = BrokerSchema.Find(known.Name)!;
            yield return Result(key, BrokerValues.Value(key), BrokerValues.Of(key.Name), key.UpdateMode == ConfigUpdateMode.ReadOnly);
        }
        foreach (var (name, text) in BrokerValues.Current.Where(entry => KnownBrokerConfigs.Find(entry.Key) is null))
            yield return Additional(name, text, BrokerValues.Of(name));
    }

    /// <summary>What is set for all brokers at once.</summary>
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> BrokerDefaults()
    {
        foreach (var (name, text) in BrokerValues.Cluster)
        {
            SourcedValue[] values = [.. BrokerValues.Of(name).Where(value => value.Source == ConfigSource.DynamicDefaultBroker)];
            yield return DynamicKeys.Find(name) is { } key
                ? Result(key, text, values, key.UpdateMode == ConfigUpdateMode.ReadOnly)
                : Additional(name, text, values);
        }
    }

    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Group(string group)
    {
        var own = configs.Configs(ConfigResource.Group(group));
        foreach (var key in ResourceConfigs.Groups.Keys)
        {
            var synonym = KnownBrokerConfigs.Find(ResourceConfigs.GroupSynonym(key.Name));
            IReadOnlyList<SourcedValue> synonyms = synonym is null ? [new SourcedValue(key.Name, key.DefaultText, ConfigSource.Default)]
                : BrokerValues.Of(synonym.Name);
            var value = Own(own, key) ?? (synonym is null ? key.DefaultText : BrokerValues.Value(synonym));
            yield return Result(key, value, WithOwn(own, key, ConfigSource.Group, synonyms), isReadOnly: false);
        }
    }

    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> ClientMetrics(string subscription)
    {
        var own = configs.Configs(new ConfigResource(ConfigResourceType.ClientMetrics, subscription));
        foreach (var key in ResourceConfigs.ClientMetrics.Keys)
        {
            var value = Own(own, key) ?? key.DefaultText;
            yield return Result(key, value, WithOwn(own, key, ConfigSource.ClientMetrics, []), isReadOnly: false);
        }
    }

    private static string? Own(IReadOnlyDictionary<string, string> own, ConfigKey key) =>
        own.TryGetValue(key.Name, out var text) ? Normal(key, text) : null;

    private static IReadOnlyList<SourcedValue> WithOwn(
        IReadOnlyDictionary<string, string> own, ConfigKey key, ConfigSource source, IReadOnlyList<SourcedValue> synonyms) =>
        own.TryGetValue(key.Name, out var text) ? [new SourcedValue(key.Name, Normal(key, text), source), .. synonyms] : synonyms;

    private DescribeConfigsResponse.DescribeConfigsResourceResult Result(
        ConfigKey key, string? value, IReadOnlyList<SourcedValue> values, bool isReadOnly) =>
        Result(key.Name, key.Type, value, values, isReadOnly, key.Documentation);

    // A key of a listener has the type of the key without the prefix. One that nobody knows may hold a secret: its value is not shown.
    private DescribeConfigsResponse.DescribeConfigsResourceResult Additional(
        string name, string text, IReadOnlyList<SourcedValue> values) =>
        DynamicKeys.Find(name) is { } quota ? Result(quota, text, values, isReadOnly: false)
        : Result(name, BrokerSchema.Find(MechanismKeys.BaseOf(ListenerKey.BaseOf(name)))?.Type, text, values, isReadOnly: true,
            documentation: null);

    private DescribeConfigsResponse.DescribeConfigsResourceResult Result(
        string name, ConfigType? type, string? value, IReadOnlyList<SourcedValue> values, bool isReadOnly, string? documentation)
    {
        var isSensitive = type is null or ConfigType.Password;
        return new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = name,
            Value = isSensitive ? null : value,
            ReadOnly = isReadOnly,
            ConfigSource = (sbyte)(values.Count > 0 ? values[0].Source : ConfigSource.Default),
            IsSensitive = isSensitive,
            Synonyms = includeSynonyms ? [.. values.Select(v => Synonym(v, isSensitive))] : [],
            ConfigType = WireType(type),
            Documentation = includeDocumentation ? documentation : null,
        };
    }

    private static DescribeConfigsResponse.DescribeConfigsSynonym Synonym(SourcedValue value, bool isSensitive) =>
        new() { Name = value.Name, Value = isSensitive ? null : value.Text, Source = (sbyte)value.Source };

    private static sbyte WireType(ConfigType? type) => type switch
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
}
