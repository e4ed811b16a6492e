using System.Net.Sockets;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Makes the transports of one listener's connections (Kafka's <c>ChannelBuilder</c>): <see cref="SocketTransportFactory"/> for plain
/// sockets. A factory for TLS wraps the transport of another factory, so that it needs to know nothing about sockets. Thread-safe.
/// </summary>
public interface ITransportFactory
{
    /// <summary>Sets what accepted sockets inherit. Called once, before the listening socket is bound.</summary>
    /// <exception cref="SocketException">The socket refuses an option.</exception>
    void Prepare(Socket listening);

    /// <summary>
    /// The transport of an accepted socket, which it owns from now on. Does not wait: what must be exchanged first is
    /// <see cref="Transport.OpenAsync"/>'s.
    /// </summary>
    /// <exception cref="SocketException">The peer has left already; the socket is closed.</exception>
    Transport Create(Socket accepted);
}
