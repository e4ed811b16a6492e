namespace KafkaSharp.Broker.Configuration;

/// <summary>The keys that apply to one SASL mechanism of a listener: <c>listener.name.LISTENER.MECHANISM.KEY</c>.</summary>
internal static class MechanismKeys
{
    private static readonly string[] s_keys =
    [
        "sasl.jaas.config", "sasl.login.callback.handler.class", "sasl.login.class", "sasl.server.callback.handler.class",
        "connections.max.reauth.ms",
    ];

    /// <summary>The key without the name of a mechanism.</summary>
    public static string BaseOf(string key) => s_keys.FirstOrDefault(known => key.EndsWith(known, StringComparison.Ordinal)) ?? key;
}
