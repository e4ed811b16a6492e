using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// Where the values of broker keys come from: this broker's dynamic values, those of all brokers, the configuration file, the defaults, in
/// this order of precedence. Immutable.
/// </summary>
internal sealed class BrokerValueSources
{
    private readonly (ConfigSource Source, Func<string, bool> Has, Func<string, string?> Value)[] _sources;

    public BrokerValueSources(BrokerConfiguration configuration, ConfigurationsImage configs)
    {
        Node = DynamicKeys.Valid(configs.Configs(ConfigResource.Broker(configuration.NodeId)), isPerBroker: true);
        Cluster = DynamicKeys.Valid(configs.Configs(ConfigResource.BrokerDefault), isPerBroker: false);
        Static = new Dictionary<string, string>(configuration.Values.Given);
        // Each of these two names stands for the other one where only one is set.
        var id = configuration.NodeId.ToString(CultureInfo.InvariantCulture);
        Static[BrokerConfigs.NodeId.Name] = id;
        Static[BrokerConfigs.BrokerId.Name] = id;
        Current = DynamicKeys.Merge(Static, Cluster, Node);
        _sources =
        [
            Of(ConfigSource.DynamicBroker, Node), Of(ConfigSource.DynamicDefaultBroker, Cluster), Of(ConfigSource.StaticBroker, Static),
            (ConfigSource.Default, name => Default(name) is not null, Default),
        ];
    }

    /// <summary>The dynamic values of this broker.</summary>
    public Dictionary<string, string> Node { get; }

    /// <summary>The dynamic values of all brokers.</summary>
    public Dictionary<string, string> Cluster { get; }

    /// <summary>The values of the configuration file.</summary>
    public Dictionary<string, string> Static { get; }

    /// <summary>The values that apply now, without the defaults.</summary>
    public Dictionary<string, string> Current { get; }

    /// <summary>The value of a key that applies now, in its normal form; null if it has none.</summary>
    public string? Value(ConfigKey key) =>
        Current.TryGetValue(key.Name, out var text) ? ConfigDescriber.Normal(key, text)
            : (KnownBrokerConfigs.Find(key.Name) ?? key).DefaultText;

    /// <summary>All values that a key and its synonyms have, the one that applies first.</summary>
    public IReadOnlyList<SourcedValue> Of(string name)
    {
        IReadOnlyList<string> names = ListenerKey.TryParse(name) is { } listenerKey ? [name, MechanismKeys.BaseOf(listenerKey.Key)]
            : BrokerSynonyms.Of(name);
        return
        [
            .. _sources.SelectMany(source => names.Where(source.Has).Select(n => new SourcedValue(n, source.Value(n), source.Source)))
                .SkipWhile(value => value.Name != name),
        ];
    }

    private static string? Default(string name) => KnownBrokerConfigs.Find(name)?.DefaultText;

    private static (ConfigSource, Func<string, bool>, Func<string, string?>) Of(ConfigSource source, Dictionary<string, string> values) =>
        (source, values.ContainsKey, name => values[name]);
}
