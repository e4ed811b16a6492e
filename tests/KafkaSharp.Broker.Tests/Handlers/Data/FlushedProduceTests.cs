using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Handlers.Data;

/// <summary>
/// Produce to a topic with flush.messages=1: a response comes after the fsync, which delays neither the next request of the connection nor
/// those of others.
/// </summary>
internal sealed class FlushedProduceTests
{
    private const short Version = 11;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _disk = new(initialState: true);
    private volatile bool _isBroken;
    private int _flushes;
    private int _holding;
    private TestBroker _broker = null!;
    private RawClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _disk.Set();
        (_isBroken, _flushes, _holding) = (false, 0, 0);
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 28), (operation, path) =>
        {
            if (operation != FileOperation.Flush || !path.EndsWith("/flushed-0/00000000000000000000.log", StringComparison.Ordinal))
                return null;
            Interlocked.Increment(ref _holding);
            _disk.Wait(s_patience);
            Interlocked.Increment(ref _flushes);
            return _isBroken ? new IOException("Input/output error", 5) : null;
        });
        _broker = await TestBroker.StartAsync(files);
        _client = await _broker.ConnectAsync();
        await CreateAsync("flushed", ("flush.messages", "1"));
        await CreateAsync("other");
        Assert.That((await ProduceAsync(_client, "flushed", -1)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [TearDown]
    public async Task Stop()
    {
        _disk.Set();
        _client.Dispose();
        await _broker.DisposeAsync();
    }

    [TestCase((short)1)]
    [TestCase((short)-1)]
    public async Task Requests_that_arrive_during_a_flush_are_appended_and_share_the_next(short acks)
    {
        _disk.Reset();
        (_flushes, _holding) = (0, 0);
        await _client.SendFrameAsync(Produce("flushed", acks));
        await Eventually.True(() => Volatile.Read(ref _holding) == 1, "the flush");
        for (var i = 0; i < 20; i++)
            await _client.SendFrameAsync(Produce("flushed", acks));
        using var second = await _broker.ConnectAsync();
        await Eventually.True(() => OffsetAsync(second, replica: -2).Result == 22, "the appends of the same connection");
        Assert.That((await ProduceAsync(second, "other", acks)).ErrorCode, Is.EqualTo(ErrorCode.None), "others do not wait");
        Assert.That(await OffsetAsync(second, replica: -1), Is.EqualTo(1), "nobody reads what may be lost");

        var response = _client.ReadFrameAsync();
        Assert.That(response.IsCompleted, Is.False);
        _disk.Set();
        await response.WaitAsync(s_patience);
        for (var i = 0; i < 20; i++)
            await _client.ReadFrameAsync().WaitAsync(s_patience);
        Assert.That(_flushes, Is.EqualTo(2));
        Assert.That(await OffsetAsync(second, replica: -1), Is.EqualTo(22));
    }

    [TestCase((short)1)]
    [TestCase((short)-1)]
    public async Task A_flush_that_fails_is_a_storage_error_for_all_that_wait(short acks)
    {
        _disk.Reset();
        _holding = 0;
        using var second = await _broker.ConnectAsync();
        var responses = new[] { ProduceAsync(_client, "flushed", acks), ProduceAsync(second, "flushed", acks) };
        await Eventually.True(() => Volatile.Read(ref _holding) == 1, "the flush");
        _isBroken = true;
        _disk.Set();
        foreach (var response in responses)
        {
            var result = await response.WaitAsync(s_patience);
            Assert.That((result.ErrorCode, result.BaseOffset, result.LogStartOffset), Is.EqualTo((ErrorCode.KafkaStorageError, -1L, -1L)));
        }
        await _broker.Broker.Failed.WaitAsync(s_patience);
    }

    [Test]
    public async Task A_topic_that_is_deleted_during_the_flush_ends_the_wait()
    {
        _disk.Reset();
        _holding = 0;
        using var second = await _broker.ConnectAsync();
        var response = ProduceAsync(_client, "flushed", 1);
        await Eventually.True(() => Volatile.Read(ref _holding) == 1, "the flush");
        await second.SendAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { TopicNames = ["flushed"], TimeoutMs = 30_000 }, 3);
        Assert.That((await response.WaitAsync(s_patience)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    private static byte[] Produce(string topic, short acks)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8);
        return RawClient.Request(Request(topic, acks, builder.Build().ToArray()), Version);
    }

    private static ProduceRequest Request(string topic, short acks, byte[] records) => new()
    {
        Acks = acks,
        TimeoutMs = 30_000,
        TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = records }] }],
    };

    private static async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(RawClient client, string topic, short acks)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8);
        var response = await client.SendAsync<ProduceRequest, ProduceResponse>(Request(topic, acks, builder.Build().ToArray()), Version);
        return response.Responses[0].PartitionResponses[0];
    }

    /// <summary>The end of the topic: the high watermark for a consumer (-1), the log end for a debugging replica (-2).</summary>
    private static async Task<long> OffsetAsync(RawClient client, int replica)
    {
        var response = await client.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest
            {
                ReplicaId = replica,
                Topics = [new() { Name = "flushed", Partitions = [new() { PartitionIndex = 0, Timestamp = -1, CurrentLeaderEpoch = -1 }] }],
            },
            5);
        return response.Topics[0].Partitions[0].Offset;
    }

    private async Task CreateAsync(string name, params (string Key, string Value)[] configs)
    {
        var response = await _client.SendAsync<CreateTopicsRequest, CreateTopicsResponse>(
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
        Assert.That(response.Topics[0].ErrorCode, Is.EqualTo(ErrorCode.None), response.Topics[0].ErrorMessage);
    }
}
