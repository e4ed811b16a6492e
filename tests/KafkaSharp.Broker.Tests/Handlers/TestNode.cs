using System.Text;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>A <see cref="TestBroker"/> with one connection to it, for tests of what its APIs respond.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TestBroker _broker;
    private readonly RawClient _client;

    private TestNode(TestBroker broker, RawClient client)
    {
        _broker = broker;
        _client = client;
    }

    public int Port => _broker.EndPoint.Port;

    public string ClusterId => _broker.Broker.ClusterId;

    /// <summary>Completes when the broker cannot continue.</summary>
    public Task Failed => _broker.Broker.Failed;

    public MetadataImage Image => _broker.Broker.Metadata;

    public static Task<TestNode> StartAsync(params (string Key, string Value)[] overrides) =>
        ConnectAsync(TestBroker.StartAsync(overrides));

    /// <summary>Starts on files that exist already, or that fail, and with a clock of the test.</summary>
    public static Task<TestNode> StartAsync(
        IFileSystem files, (string Key, string Value)[]? overrides = null, TimeProvider? time = null, CancellationToken cancellation =
            default) =>
        ConnectAsync(TestBroker.StartAsync(files, overrides, time, cancellation));

    /// <summary>Sends a request's frame and reads the response's, both without their length.</summary>
    public Task<byte[]> AskAsync(ReadOnlyMemory<byte> frame) => _client.SendAndReadAsync(frame);

    /// <summary>Sends a request's frame and waits for nothing.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> frame) => _client.SendFrameAsync(frame);

    /// <summary>Whether the broker closes the connection without another byte.</summary>
    public Task<bool> IsClosedAsync() => _client.IsClosedByServerAsync();

    /// <summary>Sends a request in a version and reads the response.</summary>
    public Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IMessage<TResponse> => _client.SendAsync<TRequest, TResponse>(request, version);

    /// <summary>A request as a client without a name sends it.</summary>
    public static byte[] Frame<TRequest>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest> => RawClient.Request(request, version);

    /// <summary>Completes when the broker has closed the connection.</summary>
    public async Task ClosedAsync() => Assert.That(await _client.IsClosedByServerAsync());

    /// <summary>Creates a topic and gives its id.</summary>
    public Task<Uuid> CreateTopicAsync(string name, params (string Key, string Value)[] configs) => CreateTopicAsync(name, 1, configs);

    /// <summary>Creates a topic of several partitions and gives its id.</summary>
    public async Task<Uuid> CreateTopicAsync(string name, int partitions, params (string Key, string Value)[] configs)
    {
        var response = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                TimeoutMs = 30_000,
                Topics =
                [
                    new()
                    {
                        Name = name,
                        NumPartitions = partitions,
                        ReplicationFactor = 1,
                        Configs = [.. configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Key, Value = c.Value })],
                    },
                ],
            },
            7);
        Assert.That(response.Topics[0].ErrorCode, Is.EqualTo(ErrorCode.None), response.Topics[0].ErrorMessage);
        return response.Topics[0].TopicId;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _client.Dispose();
    }

    /// <summary>Sends a recorded request and expects the recorded response, byte for byte.</summary>
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
        Assert.That(Readable(exchange.Bytes(ours)), Is.EqualTo(Readable(exchange.Bytes(theirs))),
            $"{exchange.Api} v{exchange.Version} {exchange.Text}");
    }

    public static string Readable(byte[] bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 32 and < 127 ? ((char)b).ToString() : $"<{b:x2}>");
        return text.ToString();
    }

    private static async Task<TestNode> ConnectAsync(Task<TestBroker> starting)
    {
        var broker = await starting;
        return new TestNode(broker, await broker.ConnectAsync());
    }
}
