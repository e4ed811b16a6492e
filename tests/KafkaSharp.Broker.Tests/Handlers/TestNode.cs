using System.Buffers.Binary;
using System.Net.Sockets;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>A whole broker in memory on a free port, and a connection to it that speaks raw frames.</summary>
sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly KafkaBroker _broker;
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private TestNode(KafkaBroker broker, TcpClient client)
    {
        _broker = broker;
        _client = client;
        _stream = client.GetStream();
    }

    public int Port => _broker.EndPoints["PLAINTEXT"].Port;

    public string ClusterId => _broker.ClusterId;

    public static async Task<TestNode> StartAsync(params (string Key, string Value)[] overrides)
    {
        var properties = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["listeners"] = "PLAINTEXT://127.0.0.1:0",
            ["log.dirs"] = "/data",
            ["offsets.topic.replication.factor"] = "1",
        };
        foreach (var (key, value) in overrides)
            properties[key] = value;
        var broker = await KafkaBroker.StartAsync(
            BrokerConfiguration.Load(properties),
            new BrokerEnvironment(new MemoryFileSystem(TimeProvider.System, 1L << 30), TimeProvider.System, new Random(11), NullLoggerFactory.Instance)).WaitAsync(s_patience);
        var client = new TcpClient();
        await client.ConnectAsync(broker.EndPoints["PLAINTEXT"]).WaitAsync(s_patience);
        return new TestNode(broker, client);
    }

    /// <summary>Sends a request's frame and reads the answer's, both without their length.</summary>
    public async Task<byte[]> AskAsync(ReadOnlyMemory<byte> frame)
    {
        var framed = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, frame.Length);
        frame.CopyTo(framed.AsMemory(4));
        await _stream.WriteAsync(framed).AsTask().WaitAsync(s_patience);
        var prefix = new byte[4];
        await _stream.ReadExactlyAsync(prefix).AsTask().WaitAsync(s_patience);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(answer).AsTask().WaitAsync(s_patience);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
    }
}
