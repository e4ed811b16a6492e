using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>A whole broker in memory on a free port, and a connection to it that speaks raw frames.</summary>
sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // A node that starts again is another incarnation.
    private static int s_seed = 10;

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

    /// <summary>Completes when the broker can't go on.</summary>
    public Task Failed => _broker.Failed;

    public MetadataImage Image => _broker.Metadata;

    public static Task<TestNode> StartAsync(params (string Key, string Value)[] overrides) =>
        StartAsync(new MemoryFileSystem(TimeProvider.System, 1L << 30), overrides);

    /// <summary>On files that are there already, or that fail, and with a clock of the test's own.</summary>
    public static async Task<TestNode> StartAsync(
        IFileSystem files, (string Key, string Value)[]? overrides = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        var properties = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["listeners"] = "PLAINTEXT://127.0.0.1:0",
            ["log.dirs"] = "/data",
            ["offsets.topic.replication.factor"] = "1",
        };
        foreach (var (key, value) in overrides ?? [])
            properties[key] = value;
        var broker = await KafkaBroker.StartAsync(
            BrokerConfiguration.Load(properties),
            new BrokerEnvironment(files, time ?? TimeProvider.System, new Random(Interlocked.Increment(ref s_seed)), NullLoggerFactory.Instance), cancellation).WaitAsync(s_patience, CancellationToken.None);
        var client = new TcpClient();
        await client.ConnectAsync(broker.EndPoints["PLAINTEXT"], CancellationToken.None).AsTask().WaitAsync(s_patience, CancellationToken.None);
        return new TestNode(broker, client);
    }

    /// <summary>Sends a request's frame and reads the answer's, both without their length.</summary>
    public async Task<byte[]> AskAsync(ReadOnlyMemory<byte> frame)
    {
        await SendAsync(frame);
        var prefix = new byte[4];
        await _stream.ReadExactlyAsync(prefix).AsTask().WaitAsync(s_patience);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(answer).AsTask().WaitAsync(s_patience);
        return answer;
    }

    /// <summary>Sends a request's frame and waits for nothing.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> frame)
    {
        var framed = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, frame.Length);
        frame.CopyTo(framed.AsMemory(4));
        await _stream.WriteAsync(framed).AsTask().WaitAsync(s_patience);
    }

    /// <summary>Whether the broker closes the connection without another byte.</summary>
    public async Task<bool> IsClosedAsync() => await _stream.ReadAsync(new byte[1]).AsTask().WaitAsync(s_patience) == 0;

    /// <summary>Asks in a version and reads the answer.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var range = ApiVersionRanges.Get(TRequest.ApiKey);
        var reader = new KafkaReader(await AskAsync(Frame(request, version)));
        ResponseHeader.Read(ref reader, range.ResponseHeaderVersion(version));
        return TResponse.Read(ref reader, version);
    }

    /// <summary>A request as a client without a name sends it.</summary>
    public static byte[] Frame<TRequest>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        var header = new RequestHeader { RequestApiKey = (short)TRequest.ApiKey, RequestApiVersion = version, CorrelationId = 7, ClientId = "test" };
        header.Write(ref writer, ApiVersionRanges.Get(TRequest.ApiKey).RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    /// <summary>Completes when the broker has closed the connection.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            Assert.That(await _stream.ReadAsync(new byte[1]), Is.Zero);
        }
        catch (IOException)
        {
            // Cut.
        }
    }

    /// <summary>Creates a topic and gives its id.</summary>
    public async Task<Uuid> CreateTopicAsync(string name, params (string Key, string Value)[] configs)
    {
        var answer = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                TimeoutMs = 30_000,
                Topics =
                [
                    new()
                    {
                        Name = name,
                        NumPartitions = 1,
                        ReplicationFactor = 1,
                        Configs = [.. configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Key, Value = c.Value })],
                    },
                ],
            },
            7);
        Assert.That(answer.Topics[0].ErrorCode, Is.EqualTo(ErrorCode.None), answer.Topics[0].ErrorMessage);
        return answer.Topics[0].TopicId;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _client.Dispose();
    }

    /// <summary>Asks what a genuine broker was asked, and expects its answer, byte for byte.</summary>
    public async Task CompareAsync<TRequest, TResponse>(
        Exchange exchange, Action<TResponse, TResponse>? alike = null, Action<TRequest>? translate = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var request = exchange.ReadRequest<TRequest>();
        translate?.Invoke(request);
        var ours = exchange.ReadResponse<TResponse>(await AskAsync(exchange.WithBody(request)));
        var theirs = exchange.ReadResponse<TResponse>(exchange.Response);
        alike?.Invoke(theirs, ours);
        Assert.That(Readable(exchange.Bytes(ours)), Is.EqualTo(Readable(exchange.Bytes(theirs))), $"{exchange.Api} v{exchange.Version} {exchange.Text}");
    }

    public static string Readable(byte[] bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 32 and < 127 ? ((char)b).ToString() : $"<{b:x2}>");
        return text.ToString();
    }
}
