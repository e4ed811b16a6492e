using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Server.Tests;

/// <summary>The base of the command tests: a temporary folder per test and shared methods.</summary>
internal abstract class ServerTest
{
    protected const string ClusterId = "MkU3OEVBNTcwNTJENDM2Qg";
    protected const string AnyPort = "listeners=PLAINTEXT://127.0.0.1:0";

    protected string Folder { get; private set; } = "";

    [SetUp]
    public void MakeFolder() => Folder = Directory.CreateTempSubdirectory("kafkasharp-server-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    protected string Path(params string[] names) => System.IO.Path.Combine([Folder, .. names]);

    /// <summary>
    /// Writes a file like the genuine single-node.properties, with free ports and with its data in the folder of the test.
    /// </summary>
    protected string WriteProperties(params string[] more)
    {
        var (client, controller) = (Kafkasharp.FreePort(), Kafkasharp.FreePort());
        var file = Path("server.properties");
        File.WriteAllText(file, $"""
            process.roles=broker,controller
            node.id=1
            listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
            advertised.listeners=PLAINTEXT://127.0.0.1:{client}
            controller.listener.names=CONTROLLER
            controller.quorum.voters=1@127.0.0.1:{controller}
            log.dirs={Path("data")}
            {string.Join('\n', more)}
            """);
        return file;
    }

    /// <summary>Sends ApiVersions, like every client at first, and returns the error code of the response.</summary>
    protected static async Task<short> AskApiVersionsAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        // length, ApiVersions 0, correlation id 7, client id "t"
        byte[] request = [0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 7, 0, 1, (byte)'t'];
        await socket.SendAsync(request);
        var response = new byte[10];
        await using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(response);
        Assert.That(response[4..8], Is.EqualTo(new byte[] { 0, 0, 0, 7 }));
        return (short)((response[8] << 8) | response[9]);
    }
}
