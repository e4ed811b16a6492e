using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Network.Transports;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests;

/// <summary>A listener on a free port of 127.0.0.1 with everything that a test observes.</summary>
internal sealed class ListenerFixture : IAsyncDisposable
{
    public ListenerFixture(
        IFrameHandler handler, Func<ListenerOptions, ListenerOptions>? change = null, ConnectionLimits? limits = null, TimeProvider? time =
            null,
        Func<ListenerOptions, ITransportFactory>? transports = null)
    {
        Limits = limits ?? new ConnectionLimits();
        var options = new ListenerOptions(new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 0));
        options = change?.Invoke(options) ?? options;
        Listener = new SocketListener(options, handler, Limits, time ?? TimeProvider.System, Log, transports?.Invoke(options));
        Listener.Bind();
        Listener.Start();
    }

    public CollectingLogger Log { get; } = new();

    public ConnectionLimits Limits { get; }

    public SocketListener Listener { get; }

    public RawClient Connect(int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
        socket.Connect(new IPEndPoint(IPAddress.Loopback, Listener.Port));
        return new RawClient(socket);
    }

    public ValueTask DisposeAsync() => Listener.DisposeAsync();
}
