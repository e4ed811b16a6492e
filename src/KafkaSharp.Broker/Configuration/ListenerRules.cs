using System.Collections.Frozen;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The rule for changes that concern the listeners of a running broker (Kafka's <c>DynamicListenerConfig</c>): a listener that exists keeps
/// its own configuration, except for what can be changed while it is open.
/// </summary>
internal static class ListenerRules
{
    // Only a change of one of these makes Kafka compare the listeners.
    private static readonly string[] s_observed =
    [
        "listeners", "listener.security.protocol.map",
        "principal.builder.class", "ssl.protocol", "ssl.provider", "ssl.cipher.suites", "ssl.enabled.protocols", "ssl.keystore.type",
        "ssl.keystore.location", "ssl.keystore.password", "ssl.key.password", "ssl.truststore.type", "ssl.truststore.location",
        "ssl.truststore.password", "ssl.keymanager.algorithm", "ssl.trustmanager.algorithm", "ssl.endpoint.identification.algorithm",
        "ssl.secure.random.implementation", "ssl.client.auth", "ssl.engine.factory.class",
        "sasl.mechanism.inter.broker.protocol", "sasl.jaas.config", "sasl.enabled.mechanisms", "sasl.kerberos.service.name",
        "sasl.kerberos.kinit.cmd", "sasl.kerberos.ticket.renew.window.factor", "sasl.kerberos.ticket.renew.jitter",
        "sasl.kerberos.min.time.before.relogin", "sasl.kerberos.principal.to.local.rules", "sasl.login.refresh.window.factor",
        "sasl.login.refresh.window.jitter", "sasl.login.refresh.min.period.seconds", "sasl.login.refresh.buffer.seconds",
        "max.connections", "max.connection.creation.rate", "num.network.threads",
    ];

    private static readonly FrozenSet<string> s_changeable =
        ConnectionRules.ClusterKeys.Concat(DynamicKeys.SecurityOfListeners).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The message of the rule if a change breaks it, else null.</summary>
    /// <param name="file">The values of the configuration file.</param>
    /// <param name="before">The present values.</param>
    /// <param name="after">The values as they would be.</param>
    /// <param name="listeners">The names of the listeners for clients.</param>
    public static string? Fault(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after,
        IEnumerable<string> listeners)
    {
        var (present, wanted) = (new BrokerKeyValues(before), new BrokerKeyValues(after));
        if (s_observed.All(name => present.Normal(name) == wanted.Normal(name)))
            return null;
        // Kafka compares with the file, not with the present values: each dynamic value of a listener counts as a change.
        var changed = listeners.FirstOrDefault(listener => !Fixed(file, listener).SetEquals(Fixed(after, listener)));
        return changed is null ? null
            : $"Configs cannot be updated dynamically for existing listener ListenerName({changed}), restart broker or create a new "
                + "listener for update";
    }

    private static HashSet<(string Key, string Value)> Fixed(IReadOnlyDictionary<string, string> values, string listener) =>
        values.Where(entry => ListenerKey.TryParse(entry.Key) is { } key && !s_changeable.Contains(key.Key)
            && string.Equals(key.Listener, listener, StringComparison.OrdinalIgnoreCase))
        .Select(entry => (entry.Key, entry.Value)).ToHashSet();
}
