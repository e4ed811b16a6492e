using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Http.Serving;

/// <summary>Where the connections of a server come from.</summary>
internal interface IConnectionSource : IDisposable
{
    /// <summary>The address with the port it has.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>The next connection. Called by one caller at a time.</summary>
    /// <exception cref="SocketException">Not now, as without a free descriptor; a later call may succeed.</exception>
    ValueTask<Socket> AcceptAsync(CancellationToken cancellation);
}
