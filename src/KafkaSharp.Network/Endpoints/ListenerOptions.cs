using KafkaSharp.Configuration;

namespace KafkaSharp.Network.Endpoints;

/// <summary>The options of one listener. Sizes in bytes; -1 for a socket buffer leaves it to the system, which then adapts it.</summary>
public sealed record ListenerOptions(Endpoint Endpoint)
{
    public string Name => Endpoint.ListenerName;

    /// <summary>Whether the listener serves the controller's APIs instead of the broker's.</summary>
    public bool IsController { get; init; }

    /// <summary>
    /// Whether this listener may exceed the limit over all listeners; the others then close their longest idle connections (the
    /// inter-broker listener).
    /// </summary>
    public bool IsProtected { get; init; }

    public int MaxFrameBytes { get; init; } = NetworkConfigs.SocketRequestMaxBytes.Default;

    public int SendBufferBytes { get; init; } = -1;

    public int ReceiveBufferBytes { get; init; } = -1;

    public int Backlog { get; init; } = NetworkConfigs.SocketListenBacklogSize.Default;

    /// <summary>Connections this listener holds at once.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>The idle time after which a connection is closed; negative: never.</summary>
    public TimeSpan MaxIdle { get; init; } = TimeSpan.FromMilliseconds(NetworkConfigs.ConnectionsMaxIdleMs.Default);

    /// <summary>
    /// The options of a listener by the broker's configuration. The socket buffer sizes are taken only where they are set: Kafka's default
    /// of 100 KB switches off the system's own sizing, which is faster.
    /// </summary>
    public static ListenerOptions From(Endpoint endpoint, ConfigValues values) => new(endpoint)
    {
        MaxFrameBytes = values.Get(NetworkConfigs.SocketRequestMaxBytes),
        SendBufferBytes = values.IsSet(NetworkConfigs.SocketSendBufferBytes) ? values.Get(NetworkConfigs.SocketSendBufferBytes) : -1,
        ReceiveBufferBytes = values.IsSet(NetworkConfigs.SocketReceiveBufferBytes) ? values.Get(NetworkConfigs.SocketReceiveBufferBytes)
            : -1,
        Backlog = values.Get(NetworkConfigs.SocketListenBacklogSize),
        MaxConnections = MaxConnectionsOf(endpoint.ListenerName, values),
        MaxIdle = TimeSpan.FromMilliseconds(Math.Min(values.Get(NetworkConfigs.ConnectionsMaxIdleMs), int.MaxValue * 1000L)),
    };

    /// <summary>The limit of one listener: <c>listener.name.NAME.max.connections</c>, the name in lower case.</summary>
    /// <exception cref="ConfigException">It is no number.</exception>
    public static int MaxConnectionsOf(string listenerName, ConfigValues values)
    {
        var key = NetworkConfigs.MaxConnections;
        return values.Given.TryGetValue($"{NetworkConfigs.ListenerPrefix}{listenerName.ToLowerInvariant()}.{key.Name}", out var text)
            ? key.Parse(text)
            : key.Default;
    }
}
