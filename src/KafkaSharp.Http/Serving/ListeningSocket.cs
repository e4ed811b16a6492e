using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Http.Serving;

/// <summary>A listening TCP socket.</summary>
internal sealed class ListeningSocket : IConnectionSource
{
    private readonly Socket _listening;

    /// <param name="endpoint">The address and port; port 0 for a free one.</param>
    /// <exception cref="SocketException">The address cannot be used.</exception>
    public ListeningSocket(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _listening = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listening.Bind(endpoint);
            _listening.Listen();
        }
        catch (SocketException)
        {
            _listening.Dispose();
            throw;
        }
        EndPoint = (IPEndPoint)_listening.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellation)
    {
        var socket = await _listening.AcceptAsync(cancellation);
        try
        {
            socket.NoDelay = true;
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _listening.Dispose();
}
