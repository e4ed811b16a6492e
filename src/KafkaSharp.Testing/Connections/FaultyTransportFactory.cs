using System.Net.Sockets;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Testing.Connections;

/// <summary>Puts the faults of connections around the sockets of a listener.</summary>
internal sealed class FaultyTransportFactory(ITransportFactory inner, TestConnections connections) : ITransportFactory
{
    public void Prepare(Socket listening) => inner.Prepare(listening);

    public Transport Create(Socket accepted)
    {
        if (!connections.Refuses(accepted))
            return connections.Remember(new FaultyTransport(inner.Create(accepted), accepted, connections));
        accepted.Close(timeout: 0);
        throw new SocketException((int)SocketError.ConnectionRefused);
    }
}
