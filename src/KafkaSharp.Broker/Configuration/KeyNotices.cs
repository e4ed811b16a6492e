using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Storage.Configs;

namespace KafkaSharp.Broker.Configuration;

/// <summary>Notices about keys that are set and have no effect, or soon will have none, one sentence each.</summary>
internal static class KeyNotices
{
    /// <summary>The keys that Kafka does not know, with the key that may be meant or what replaces it; ordered by name.</summary>
    public static IReadOnlyList<string> OfUnknown(IEnumerable<string> names) =>
        [.. names.Where(name => !IsKnown(name)).Order(StringComparer.Ordinal).Select(Unknown)];

    /// <summary>The keys of Kafka that KafkaSharp does not act on; ordered.</summary>
    public static IReadOnlyList<string> Inactive(IEnumerable<string> names) =>
        [.. names.Where(name => IsKnown(name) && !Acts(name)).Order(StringComparer.Ordinal)];

    /// <summary>The keys that Kafka removes with its next major version.</summary>
    public static IReadOnlyList<string> Deprecated(ConfigValues values)
    {
        var key = GroupConfigs.RebalanceProtocols;
        if (!values.Given.ContainsKey(key.Name))
            return [];
        var disabled = key.Default.Except(values.Get(key), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return
        [
            disabled.Count == 0
                ? $"{key.Name} is deprecated and Kafka 5.0 removes it: remove it here"
                : $"{key.Name} disables {string.Join(" and ", disabled)}. It is deprecated and Kafka 5.0 removes it: use the features "
                + "group.version and streams.version instead",
        ];
    }

    /// <summary>Whether KafkaSharp acts on a key.</summary>
    public static bool Acts(string name) => ListenerKey.TryParse(name) is { } key
        ? key.Key == Network.NetworkConfigs.MaxConnections.Name
        : BrokerSchema.Instance.Find(name) is not null;

    /// <summary>Whether KafkaSharp acts on a key when it changes while the broker runs.</summary>
    public static bool ActsOnChange(string name) => name == DynamicKeys.MoveBytesPerSecond.Name || (Acts(name)
        && (name == BrokerConfigs.CordonedLogDirs.Name || name == Network.NetworkConfigs.Listeners.Name
            || BrokerSchema.Find(ListenerKey.BaseOf(name)) is { UpdateMode: ConfigUpdateMode.ClusterWide }));

    private static bool IsKnown(string name) => BrokerSchema.Find(MechanismKeys.BaseOf(ListenerKey.BaseOf(name))) is not null;

    private static string Unknown(string name) =>
        RemovedKeys.Advice(name) is { } advice ? $"{name} was removed in Kafka 4.0 and has no effect: {advice}"
        : BrokerLogConfigs.SynonymsOf(name) is [var ofBroker, ..]
            ? $"{name} is a key of topics and has no effect here: did you mean {ofBroker.Name}?"
        : NearestKey.Of(name) is { } nearest ? $"{name} is no key of Kafka and has no effect: did you mean {nearest}?"
        : $"{name} is no key of Kafka and has no effect";
}
