using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Handlers.Cluster;

/// <summary>
/// AlterReplicaLogDirs and DescribeLogDirs with several log directories, and cordoned ones; the error codes are those of Kafka 4.3.1
/// (docs/decisions/0055).
/// </summary>
internal sealed class LogDirectoryMoveTests
{
    private static readonly (string, string)[] s_directories = [("log.dirs", "/a,/b,/c"), ("broker.heartbeat.interval.ms", "200")];

    private MemoryFileSystem _files = null!;
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        _node = await TestNode.StartAsync(_files, s_directories);
        await _node.CreateTopicAsync("t");
    }

    [TearDown]
    public async Task Stop() => await _node.DisposeAsync();

    [TestCase(1)]
    [TestCase(2)]
    public async Task Refusals_are_those_of_Kafka(short version)
    {
        var (place, longest) = (await PlaceAsync("t"), new string('x', 213));
        await _node.CreateTopicAsync(longest);
        await _node.CreateTopicAsync(longest + "x");
        Assert.That(await AlterAsync("/nowhere", "t", 0, version), Is.EqualTo(ErrorCode.LogDirNotFound));
        Assert.That(await AlterAsync(place + "/", "t", 0, version), Is.EqualTo(ErrorCode.LogDirNotFound));
        Assert.That(await AlterAsync("/b", "t", 7, version), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(await AlterAsync("/b", "none", 0, version), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(await AlterAsync("/nowhere", "none", 0, version), Is.EqualTo(ErrorCode.LogDirNotFound));
        Assert.That(await AlterAsync("/nowhere", longest + "x", 0, version), Is.EqualTo(ErrorCode.InvalidTopicException));
        Assert.That(await AlterAsync("/b", longest, 0, version), Is.EqualTo(ErrorCode.None));
        Assert.That(await AlterAsync(place, "t", 0, version), Is.EqualTo(ErrorCode.None), "where it is");
        Assert.That(await PlaceAsync("t"), Is.EqualTo(place));
        await _node.CreateTopicAsync("none");
        Assert.That(await PlaceAsync("none"), Is.EqualTo("/b"), "the directory that was asked for before");
    }

    [Test]
    public async Task A_replica_moves_while_it_is_written_and_the_controller_knows_it()
    {
        for (var i = 0; i < 20; i++)
            Assert.That(await ProduceAsync(), Is.EqualTo(ErrorCode.None));
        var target = await PlaceAsync("t") == "/b" ? "/c" : "/b";
        Assert.That(await AlterAsync(target, "t"), Is.EqualTo(ErrorCode.None));
        var produced = 20;
        await Eventually.True(async () =>
        {
            Assert.That(await ProduceAsync(), Is.EqualTo(ErrorCode.None));
            produced++;
            return await PlaceAsync("t") == target;
        }, "the move");
        for (var i = 0; i < 5; i++, produced++)
            Assert.That(await ProduceAsync(), Is.EqualTo(ErrorCode.None));
        Assert.That(await OffsetsAsync(), Is.EqualTo(Enumerable.Range(0, produced)));
        var elsewhere = await PlaceAsync("none-such");
        Assert.That(elsewhere, Is.Empty);
        Assert.That(_node.Image.Topics.Partition("t", 0)!.Directory(1), Is.Not.EqualTo(DirectoryId.Unassigned));
        Assert.That(await AssignedPathAsync(), Is.EqualTo(target));
    }

    [Test]
    public async Task A_log_is_never_described_in_two_directories_while_it_moves()
    {
        for (var move = 0; move < 60; move++)
        {
            var target = move % 2 == 0 ? "/b" : "/c";
            Assert.That(await AlterAsync(target, "t"), Is.EqualTo(ErrorCode.None));
            await Eventually.True(async () => await PlaceAsync("t") == target, "the move");
        }
    }

    [Test]
    public async Task A_throttled_move_is_described_cancelled_and_continued_after_a_start()
    {
        await ConfigureAsync("1", "replica.alter.log.dirs.io.max.bytes.per.second", "1");
        for (var i = 0; i < 3; i++)
            Assert.That(await ProduceAsync(100_000), Is.EqualTo(ErrorCode.None));
        var (place, target) = await PlaceAsync("t") == "/b" ? ("/b", "/c") : (await PlaceAsync("t"), "/b");
        Assert.That(await AlterAsync(target, "t"), Is.EqualTo(ErrorCode.None));
        await Eventually.True(async () => await FutureAsync() is { PartitionSize: > 0, OffsetLag: > 0 }, "the future replica");
        Assert.That(await PlaceAsync("t"), Is.EqualTo(place));
        Assert.That(_files.EnumerateDirectories(target).Count(path => path.EndsWith("-future", StringComparison.Ordinal)), Is.EqualTo(1));

        Assert.That(await AlterAsync(place, "t"), Is.EqualTo(ErrorCode.None), "cancelled");
        Assert.That(await FutureAsync(), Is.Null);
        Assert.That(await AlterAsync(target, "t"), Is.EqualTo(ErrorCode.None));
        await ConfigureAsync("1", "replica.alter.log.dirs.io.max.bytes.per.second", "100");
        await _node.DisposeAsync();
        _node = await TestNode.StartAsync(_files, s_directories);
        await ConfigureAsync("1", "replica.alter.log.dirs.io.max.bytes.per.second", "100000000");
        await Eventually.True(async () => await PlaceAsync("t") == target, "the move after the start");
        Assert.That(await OffsetsAsync(), Is.EqualTo(Enumerable.Range(0, 3)));
    }

    [Test]
    public async Task Nothing_is_placed_in_a_cordoned_directory()
    {
        await ConfigureAsync("1", "cordoned.log.dirs", "/b,/c");
        await Eventually.True(async () => (await DescribeAsync()).Results.Count(result => result.IsCordoned) == 2, "the cordons");
        Assert.That((await DescribeAsync()).Results.Single(result => !result.IsCordoned).LogDir, Is.EqualTo("/a"));
        Assert.That(await AlterAsync("/b", "t"), Is.EqualTo(ErrorCode.InvalidReplicaAssignment));
        Assert.That(await AlterAsync("/c", "none"), Is.EqualTo(ErrorCode.InvalidReplicaAssignment));
        foreach (var topic in (string[])["u", "v", "w"])
        {
            await _node.CreateTopicAsync(topic);
            Assert.That(await PlaceAsync(topic), Is.EqualTo("/a"));
        }
        await Eventually.True(() => _node.Image.Cluster.Broker(1)!.CordonedDirectories is { Count: 2 }, "that the controller knows it");
        await ConfigureAsync("1", "cordoned.log.dirs", "");
        await Eventually.True(async () => (await DescribeAsync()).Results.All(result => !result.IsCordoned), "the end of the cordons");
    }

    private async Task<ErrorCode> AlterAsync(string directory, string topic, int partition = 0, short version = 2)
    {
        var request = new AlterReplicaLogDirsRequest
        {
            Dirs = [new() { Path = directory, Topics = [new() { Name = topic, Partitions = [partition] }] }],
        };
        var response = await _node.AskAsync<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(request, version);
        return response.Results.Single().Partitions.Single().ErrorCode;
    }

    private Task<DescribeLogDirsResponse> DescribeAsync() =>
        _node.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(new DescribeLogDirsRequest { Topics = null }, 5);

    private async Task<string> PlaceAsync(string topic) => (await DescribeAsync()).Results
        .Where(result => result.Topics.Any(t => t.Name == topic && t.Partitions.Any(p => !p.IsFutureKey)))
        .Select(result => result.LogDir).SingleOrDefault("");

    private async Task<DescribeLogDirsResponse.DescribeLogDirsPartition?> FutureAsync() => (await DescribeAsync()).Results
        .SelectMany(result => result.Topics).SelectMany(topic => topic.Partitions).SingleOrDefault(partition => partition.IsFutureKey);

    private async Task<string> AssignedPathAsync()
    {
        var assigned = _node.Image.Topics.Partition("t", 0)!.Directory(1);
        var paths = (await DescribeAsync()).Results.Select(result => result.LogDir);
        return paths.Single(path => Storage.Checkpoints.MetaProperties.Read(_files, path)!.DirectoryId == assigned);
    }

    private async Task ConfigureAsync(string broker, string name, string value)
    {
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new() { ResourceType = 4, ResourceName = broker, Configs = [new() { Name = name, ConfigOperation = 0, Value = value }] },
            ],
        };
        var response = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(response.Responses[0].ErrorCode, Is.EqualTo(ErrorCode.None), response.Responses[0].ErrorMessage);
    }

    private async Task<ErrorCode> ProduceAsync(int size = 10)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, new byte[size]);
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = builder.Build().ToArray() }] }],
        };
        var response = await _node.AskAsync<ProduceRequest, ProduceResponse>(request, 11);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }

    private async Task<List<long>> OffsetsAsync()
    {
        List<long> offsets = [];
        while (true)
        {
            var request = new FetchRequest
            {
                ReplicaId = -1,
                MaxBytes = 1 << 20,
                Topics = [new() { Topic = "t", Partitions = [new() { FetchOffset = offsets.Count, PartitionMaxBytes = 1 << 20 }] }],
            };
            var response = await _node.AskAsync<FetchRequest, FetchResponse>(request, 6);
            var partition = response.Responses[0].Partitions[0];
            Assert.That(partition.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (partition.Records is not { Length: > 0 } records)
                return offsets;
            foreach (var batch in new RecordBatchReader(records.Span))
                offsets.Add(batch.BaseOffset);
        }
    }
}
