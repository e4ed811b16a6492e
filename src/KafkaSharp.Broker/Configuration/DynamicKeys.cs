using System.Collections.Frozen;
using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// What may be set for a broker or for all brokers while they run: which keys, at which level, with which values (the static part of
/// Kafka's <c>DynamicBrokerConfig</c>). A key that Kafka does not know may belong to a plug-in: it is accepted, as in Kafka.
/// </summary>
internal static class DynamicKeys
{
    /// <summary>The limit of moves between log directories.</summary>
    public static readonly ConfigKey MoveBytesPerSecond = Quota("replica.alter.log.dirs.io.max.bytes.per.second");

    // The quotas of replication, which no file can set.
    private static readonly ConfigSchema s_quotas = new(
        Quota("leader.replication.throttled.rate"),
        Quota("follower.replication.throttled.rate"),
        MoveBytesPerSecond);

    /// <summary>The keys that change for one listener only, named by its prefix.</summary>
    public static FrozenSet<string> SecurityOfListeners { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "ssl.key.password", "ssl.keystore.certificate.chain", "ssl.keystore.key", "ssl.keystore.location", "ssl.keystore.password",
        "ssl.keystore.type", "ssl.truststore.certificates", "ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.type");

    /// <summary>The declaration of a key, also of one that no file can set; null for a name that Kafka does not know.</summary>
    public static ConfigKey? Find(string name) => s_quotas.Find(name) ?? BrokerSchema.Find(name);

    /// <summary>Why a set of values cannot be set at all, whatever else is configured; null if it can.</summary>
    /// <param name="values">All values of the resource.</param>
    /// <param name="isPerBroker">Whether they are for one broker, else for all.</param>
    public static string? Fault(IReadOnlyDictionary<string, string> values, bool isPerBroker) =>
        Refused(values.Keys, name => BrokerSchema.Find(name) is { UpdateMode: ConfigUpdateMode.ReadOnly },
            "Cannot update these configs dynamically")
        ?? Refused(values.Keys, SecurityOfListeners.Contains,
            "These security configs can be dynamically updated only per-listener using the listener prefix")
        ?? values.Select(value => FaultOfValue(value.Key, value.Value)).FirstOrDefault(fault => fault is not null)
        ?? (isPerBroker ? null : Refused(values.Keys, IsPerBroker,
            "Cannot update these configs at default cluster level, broker id must be specified"));

    /// <summary>The values without those that Kafka ignores because they cannot be set.</summary>
    public static Dictionary<string, string> Valid(IEnumerable<KeyValuePair<string, string>> values, bool isPerBroker) =>
        values.Where(value => Fault(new Dictionary<string, string> { [value.Key] = value.Value }, isPerBroker) is null).ToDictionary();

    /// <summary>The values that apply: those of the file, below those of all brokers, below those of this broker.</summary>
    public static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> cluster, IReadOnlyDictionary<string, string> node)
    {
        var merged = new Dictionary<string, string>(file);
        Override(merged, cluster);
        Override(merged, node);
        return merged;
    }

    // They also take the place of the synonyms of their keys.
    private static void Override(Dictionary<string, string> values, IEnumerable<KeyValuePair<string, string>> overrides)
    {
        foreach (var (name, value) in overrides)
        {
            foreach (var synonym in BrokerSynonyms.Of(name))
                values.Remove(synonym);
            values[name] = value;
        }
    }

    private static string? FaultOfValue(string name, string value)
    {
        var declared = Find(ListenerKey.BaseOf(name));
        // Kafka resolves providers before it parses the values, and does not parse their own.
        if (declared is null or { UpdateMode: ConfigUpdateMode.ReadOnly } || name.StartsWith("config.providers", StringComparison.Ordinal))
            return null;
        try
        {
            declared.ParseObject(value);
            return null;
        }
        catch (ConfigException e)
        {
            return e.Message;
        }
    }

    private static bool IsPerBroker(string name)
    {
        var key = BrokerSchema.Find(ListenerKey.BaseOf(name));
        return ListenerKey.TryParse(name) is null
            ? key is { UpdateMode: ConfigUpdateMode.PerBroker }
            : key is null || !ConnectionRules.ClusterKeys.Contains(key.Name);
    }

    private static string? Refused(IEnumerable<string> names, Func<string, bool> isRefused, string reason)
    {
        var refused = names.Where(isRefused).ToArray();
        return refused.Length == 0 ? null : $"{reason}: [{string.Join(", ", refused)}]";
    }

    private static ConfigKey Quota(string name) =>
        KnownKeys.Create(name, ConfigType.Long, "9223372036854775807", ConfigUpdateMode.ClusterWide, "0..", isInternal: false);
}
