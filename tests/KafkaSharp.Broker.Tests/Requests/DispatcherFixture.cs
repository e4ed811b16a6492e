using System.Buffers.Binary;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>A dispatcher behind one connection in memory, spoken to in raw frames.</summary>
internal sealed class DispatcherFixture : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly MemoryTransport _client;

    public DispatcherFixture(ApiTable table, bool controller = false, RequestServices? services = null)
    {
        services ??= TestServices.Create();
        (var server, _client) = MemoryTransport.CreatePair();
        var endpoint = new Endpoint(controller ? "CONTROLLER" : "PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092);
        Connection = new Connection(
            1, new ListenerOptions(endpoint) { IsController = controller }, server,
            new RequestDispatcher(table, services, Log), services.Time, Log);
        Connection.Start();
    }

    public CollectingLogger Log { get; } = new();

    public Connection Connection { get; }

    public async Task SendAsync(ReadOnlyMemory<byte> body)
    {
        var framed = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, body.Length);
        body.CopyTo(framed.AsMemory(4));
        await _client.SendAsync(framed).AsTask().WaitAsync(s_patience);
    }

    /// <summary>The next response without its prefix; null if the connection was closed.</summary>
    public async Task<byte[]?> ReadAsync() =>
        await ReadExactlyAsync(4) is { } prefix ? await ReadExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(prefix)) : null;

    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> body)
    {
        try
        {
            await SendAsync(body);
        }
        catch (IOException)
        {
            // The server may have read all of it, and closed its end, before the last write returns; the read says so.
        }
        return await ReadAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        Connection.Close("test over");
    }

    private async Task<byte[]?> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = await _client.ReceiveAsync(bytes.AsMemory(at)).AsTask().WaitAsync(s_patience);
            if (received == 0)
                return null;
            at += received;
        }
        return bytes;
    }
}
