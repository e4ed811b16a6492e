using KafkaSharp.Configuration;

namespace KafkaSharp.Network;

/// <summary>The configuration keys of listeners and connections (Kafka's <c>SocketServerConfigs</c>).</summary>
public static class NetworkConfigs
{
    public static ConfigKey<IReadOnlyList<string>> Listeners { get; } = ConfigKeys.List(
        "listeners", "PLAINTEXT://:9092", "Where to listen: a list of NAME://host:port; no host is every address, port 0 any free one.",
        update: ConfigUpdateMode.PerBroker, allowEmpty: false);

    public static ConfigKey<IReadOnlyList<string>> AdvertisedListeners { get; } = ConfigKeys.List(
        "advertised.listeners", null, "The addresses for clients and other nodes, if they differ from listeners.", allowEmpty: false);

    public static ConfigKey<string> ListenerSecurityProtocolMap { get; } = ConfigKeys.String(
        "listener.security.protocol.map", "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
        "The security protocol of each listener name: NAME:PROTOCOL,….", update: ConfigUpdateMode.PerBroker);

    public static ConfigKey<string> InterBrokerListenerName { get; } = ConfigKeys.String(
        "inter.broker.listener.name", null, "The listener brokers use among themselves: one of listeners.");

    public static ConfigKey<IReadOnlyList<string>> ControllerListenerNames { get; } = ConfigKeys.List(
        "controller.listener.names", null, "The listeners of the controller; the first is the one brokers use.", allowEmpty: false);

    public static ConfigKey<int> SocketSendBufferBytes { get; } = ConfigKeys.Int(
        "socket.send.buffer.bytes", 100 * 1024, "SO_SNDBUF of connections in bytes; -1, or unset, leaves it to the system.");

    public static ConfigKey<int> SocketReceiveBufferBytes { get; } = ConfigKeys.Int(
        "socket.receive.buffer.bytes", 100 * 1024, "SO_RCVBUF of connections in bytes; -1, or unset, leaves it to the system.");

    public static ConfigKey<int> SocketRequestMaxBytes { get; } = ConfigKeys.Int(
        "socket.request.max.bytes", 100 * 1024 * 1024, "The largest request in bytes; a connection that sends a larger one is closed.",
        min: 1);

    public static ConfigKey<int> SocketListenBacklogSize { get; } = ConfigKeys.Int(
        "socket.listen.backlog.size", 50, "Connections the system holds ready before they are accepted.", min: 1);

    public static ConfigKey<int> MaxConnections { get; } = ConfigKeys.Int(
        "max.connections", int.MaxValue, "Connections over all listeners; with the prefix listener.name.NAME. those of one listener.",
        min: 0,
        update: ConfigUpdateMode.ClusterWide);

    public static ConfigKey<int> MaxConnectionsPerIp { get; } = ConfigKeys.Int(
        "max.connections.per.ip", int.MaxValue, "Connections from one address; 0 only with overrides.", min: 0,
        update: ConfigUpdateMode.ClusterWide);

    public static ConfigKey<string> MaxConnectionsPerIpOverrides { get; } = ConfigKeys.String(
        "max.connections.per.ip.overrides", "", "Limits of single addresses or hosts: host:count,….", update: ConfigUpdateMode.ClusterWide);

    public static ConfigKey<long> ConnectionsMaxIdleMs { get; } = ConfigKeys.Long(
        "connections.max.idle.ms", 600_000, "Silence in milliseconds after which a connection is closed; negative: never.");

    /// <summary>The prefix, followed by the listener's name and a dot, of keys that apply to one listener.</summary>
    public const string ListenerPrefix = "listener.name.";

    /// <summary>All keys of this project.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Listeners, AdvertisedListeners, ListenerSecurityProtocolMap, InterBrokerListenerName, ControllerListenerNames,
        SocketSendBufferBytes, SocketReceiveBufferBytes, SocketRequestMaxBytes, SocketListenBacklogSize, MaxConnections,
        MaxConnectionsPerIp, MaxConnectionsPerIpOverrides, ConnectionsMaxIdleMs,
    ];
}
