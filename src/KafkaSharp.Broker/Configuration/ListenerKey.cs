using KafkaSharp.Network;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The name of a key that applies to one listener only: <c>listener.name.LISTENER.KEY</c>, the listener in lower case.</summary>
internal readonly record struct ListenerKey(string Listener, string Key)
{
    /// <returns>Null if the name has no prefix of a listener.</returns>
    public static ListenerKey? TryParse(string name)
    {
        if (!name.StartsWith(NetworkConfigs.ListenerPrefix, StringComparison.Ordinal))
            return null;
        var rest = name[NetworkConfigs.ListenerPrefix.Length..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : new ListenerKey(rest[..dot], rest[(dot + 1)..]);
    }

    /// <summary>The key without the prefix of a listener.</summary>
    public static string BaseOf(string name) => TryParse(name)?.Key ?? name;

    public static string NameOf(string listener, string key) => $"{NetworkConfigs.ListenerPrefix}{listener.ToLowerInvariant()}.{key}";
}
