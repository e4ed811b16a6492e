using KafkaSharp.Configuration;

namespace KafkaSharp.Network.Endpoints;

/// <summary>Reads endpoints out of the configuration. Stateless.</summary>
public static class ListenerEndpoints
{
    /// <summary>The endpoints of a list key under the security protocols configured.</summary>
    /// <exception cref="ConfigException">An entry is no endpoint, or names and ports clash.</exception>
    public static IReadOnlyList<Endpoint> Of(ConfigValues values, ConfigKey<IReadOnlyList<string>> key)
    {
        var protocols = Protocols(values);
        var text = values.GetText(key);
        try
        {
            return [.. (values.Get(key) ?? []).Select(entry => Endpoint.Parse(entry, protocols))];
        }
        catch (FormatException e)
        {
            throw new ConfigException(key.Name, text, e.Message);
        }
    }

    /// <summary>
    /// The security protocol of each listener name. Where the map is not set, a controller listener of any name is PLAINTEXT, unless TLS or
    /// SASL is in use anywhere (Kafka's effectiveListenerSecurityProtocolMap).
    /// </summary>
    /// <exception cref="ConfigException">The map can't be read.</exception>
    public static IReadOnlyDictionary<string, SecurityProtocol> Protocols(ConfigValues values)
    {
        var text = values.Get(NetworkConfigs.ListenerSecurityProtocolMap);
        try
        {
            var map = Endpoint.ParseProtocolMap(text);
            if (values.IsSet(NetworkConfigs.ListenerSecurityProtocolMap))
                return map;
            var controllers = values.Get(NetworkConfigs.ControllerListenerNames) ?? [];
            var listeners = (values.Get(NetworkConfigs.Listeners) ?? []).Select(entry => entry.Split("://")[0]);
            if (controllers.Concat(listeners).Any(IsSecure))
                return map;
            var effective = new Dictionary<string, SecurityProtocol>(map);
            foreach (var name in controllers)
                effective[name.ToUpperInvariant()] = SecurityProtocol.Plaintext;
            return effective;
        }
        catch (FormatException e)
        {
            throw new ConfigException(NetworkConfigs.ListenerSecurityProtocolMap.Name, text, e.Message);
        }
    }

    private static bool IsSecure(string listenerName) =>
        SecurityProtocolNames.TryParse(listenerName) is { } protocol && protocol != SecurityProtocol.Plaintext;
}
