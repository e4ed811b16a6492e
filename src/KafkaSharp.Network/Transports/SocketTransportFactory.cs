using System.Net.Sockets;
using KafkaSharp.Network.Endpoints;

namespace KafkaSharp.Network.Transports;

/// <summary>Makes transports of plain sockets with the options of their listener.</summary>
public sealed class SocketTransportFactory(ListenerOptions options) : ITransportFactory
{
    private byte[]? _pacing;

    public void Prepare(Socket listening)
    {
        if (options.ReceiveBufferBytes > 0)
            listening.ReceiveBufferSize = options.ReceiveBufferBytes;
        _pacing = LoopbackPacing.Disable(listening);
    }

    public Transport Create(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            if (options.SendBufferBytes > 0)
                accepted.SendBufferSize = options.SendBufferBytes;
            accepted.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var transport = new SocketTransport(accepted);
            if (_pacing is not null && !transport.IsLocal)
                LoopbackPacing.Restore(accepted, _pacing);
            return transport;
        }
        catch (SocketException)
        {
            accepted.Dispose();
            throw;
        }
    }
}
