using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>Log directories that fail under a broker that serves.</summary>
internal sealed class DirectoryFailureTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private volatile string? _failing;
    private FaultyFileSystem _files = null!;

    [SetUp]
    public void MakeFiles()
    {
        _failing = null;
        _files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 30), (_, path) =>
            _failing is { } failing && path.StartsWith(failing, StringComparison.Ordinal) ? new IOException("Input/output error") : null);
    }

    [Test]
    public async Task The_partitions_of_a_directory_that_fails_have_no_leader_at_once()
    {
        // No heartbeat is due while this runs: the news comes by itself.
        (string, string)[] silent =
            [("log.dirs", "/a,/b"), ("broker.heartbeat.interval.ms", "3600000"), ("broker.session.timeout.ms", "7200000"),
                ("flush.messages", "1")];
        await using var node = await TestNode.StartAsync(_files, silent);
        string[] topics = ["t", "u", "v", "w"];
        foreach (var topic in topics)
            await node.CreateTopicAsync(topic);
        await Eventually.True(
            () => topics.All(topic => Registration(node, topic).Directory(1) != DirectoryId.Unassigned), "the assignments of directories");
        var lost = topics.Where(topic => _files.DirectoryExists($"/b/{topic}-0")).ToArray();
        Assert.That(lost, Is.Not.Empty.And.Length.LessThan(topics.Length));

        _failing = "/b";
        Assert.That(await ProduceAsync(node, lost[0]), Is.EqualTo(ErrorCode.KafkaStorageError));

        await Eventually.True(() => lost.All(topic => Registration(node, topic).Leader < 0), "that the lost partitions have no leader");
        foreach (var topic in topics.Except(lost))
            Assert.That(await ProduceAsync(node, topic), Is.EqualTo(ErrorCode.None));
        Assert.That(node.Failed.IsCompleted, Is.False);
        // As in Kafka, clients of the first versions do not get an error that they do not know.
        Assert.That(await FetchAsync(node, lost[0], version: 5), Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(await FetchAsync(node, lost[0], version: 6), Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [Test]
    public async Task The_loss_of_the_last_directory_ends_the_broker()
    {
        await using var node = await TestNode.StartAsync(_files, [("log.dirs", "/b"), ("metadata.log.dir", "/a")]);
        await node.CreateTopicAsync("t");

        _failing = "/b";
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.KafkaStorageError));

        await node.Failed.WaitAsync(s_patience);
    }

    private static PartitionRegistration Registration(TestNode node, string topic) => node.Image.Topics.Partition(topic, 0)!;

    private static async Task<ErrorCode> FetchAsync(TestNode node, string topic, short version)
    {
        var request = new FetchRequest
        {
            ReplicaId = -1, MaxBytes = 1000, Topics = [new() { Topic = topic, Partitions = [new() { PartitionMaxBytes = 1000 }] }],
        };
        return (await node.AskAsync<FetchRequest, FetchResponse>(request, version)).Responses[0].Partitions[0].ErrorCode;
    }

    private static async Task<ErrorCode> ProduceAsync(TestNode node, string topic)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8);
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = builder.Build().ToArray() }] }],
        };
        var response = await node.AskAsync<ProduceRequest, ProduceResponse>(request, 11);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }
}
