using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Network.Tests.Transports;

[Platform("Linux")]
public sealed class LoopbackPacingTests
{
    [Test]
    public async Task What_is_accepted_does_not_pace_and_can_be_given_back_what_the_system_chose()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var systems = Name(listening);
        var taken = LoopbackPacing.Disable(listening);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listening.LocalEndPoint!);
        using var accepted = await listening.AcceptAsync();

        if (!systems.StartsWith("bbr", StringComparison.Ordinal))
        {
            Assert.That((taken, Name(accepted)), Is.EqualTo(((byte[]?)null, systems)));
            return;
        }
        Assert.That(Name(accepted), Is.EqualTo("reno"));
        LoopbackPacing.Restore(accepted, taken!);
        Assert.That(Name(accepted), Is.EqualTo(systems));
    }

    [Test]
    public async Task A_peer_on_this_machine_is_recognized_by_its_addresses()
    {
        using var listening = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listening.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listening.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listening.LocalEndPoint!).Port);
        using var transport = new SocketTransport(await listening.AcceptAsync());

        Assert.That(transport.IsLocal);
    }

    private static string Name(Socket socket) => System.Text.Encoding.ASCII.GetString(LoopbackPacing.Read(socket));
}
