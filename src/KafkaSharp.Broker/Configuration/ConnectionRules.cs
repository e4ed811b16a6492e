using System.Collections.Frozen;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The dynamic rules of the keys that apply to all listeners and, with the prefix of a listener, to that one.</summary>
internal static class ConnectionRules
{
    private const string MaxConnections = "max.connections";
    private const string MaxConnectionRate = "max.connection.creation.rate";
    private const string NetworkThreads = "num.network.threads";

    /// <summary>The keys of a listener that can be set for all brokers at once.</summary>
    public static FrozenSet<string> ClusterKeys { get; } =
        FrozenSet.Create(StringComparer.Ordinal, MaxConnections, MaxConnectionRate, NetworkThreads);

    /// <inheritdoc cref="DynamicRules.Fault"/>
    public static string? Fault(BrokerKeyValues before, BrokerKeyValues after, IEnumerable<string> listeners)
    {
        foreach (var listener in listeners)
        {
            if (after.FaultOfListener(listener) is { } invalid)
                return invalid;
            if (FaultOfLimits(before, after, listener) is { } lockout)
                return lockout;
            var (current, wanted) = (before.Integer(NetworkThreads, listener), after.Integer(NetworkThreads, listener));
            if (DynamicRules.ThreadCount(NetworkThreads, current ?? 0, wanted ?? 0) is { } fault)
                return fault;
        }
        return null;
    }

    /// <summary>Whether new limits of a listener would keep everybody out, also those who could change them again.</summary>
    public static string? FaultOfLimits(BrokerKeyValues before, BrokerKeyValues after, string listener)
    {
        foreach (var key in (string[])[MaxConnections, MaxConnectionRate])
        {
            if (after.Integer(key, listener) is { } limit && limit <= 0 && limit != before.Integer(key, listener))
                return $"Invalid {key} {limit}";
        }
        return null;
    }
}
