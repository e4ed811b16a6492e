using System.Runtime.CompilerServices;
using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>A broker whose disk is full serves what needs no space, refuses the rest with retriable errors, and goes on.</summary>
internal sealed class FullDiskTests
{
    [Test]
    public async Task Records_and_changes_of_metadata_are_taken_again_when_there_is_space()
    {
        var isFull = new StrongBox<bool>();
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 30), (operation, _) =>
            Volatile.Read(ref isFull.Value) && operation is (FileOperation.Write or FileOperation.SetLength)
                ? new IOException("No space left on device", 28) : null);
        await using var node = await TestNode.StartAsync(files);
        await node.CreateTopicAsync("t");
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.None));

        Volatile.Write(ref isFull.Value, true);
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(await CreateAsync(node, "u"), Is.EqualTo(ErrorCode.RequestTimedOut));
        Assert.That(await CountAsync(node, "t"), Is.EqualTo(1));
        Assert.That(node.Failed.IsCompleted, Is.False);

        Volatile.Write(ref isFull.Value, false);
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.None));
        await Eventually.True(() => node.Image.Topics.Partition("u", 0) is not null, "the topic is created");
        await Eventually.True(async () => await ProduceAsync(node, "u") == ErrorCode.None, "the new topic takes records");
        Assert.That(await CountAsync(node, "t"), Is.EqualTo(2));
    }

    [Test]
    public async Task Partitions_whose_logs_had_no_space_are_served_when_there_is_space()
    {
        var isFull = new StrongBox<bool>(true);
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 30), (operation, path) =>
            Volatile.Read(ref isFull.Value) && operation is (FileOperation.Write or FileOperation.SetLength)
            && (path.Contains("/t-0/", StringComparison.Ordinal) || path.Contains("__consumer_offsets-", StringComparison.Ordinal))
                ? new IOException("No space left on device", 28) : null);
        await using var node = await TestNode.StartAsync(files);
        await node.CreateTopicAsync("t");
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.KafkaStorageError));
        await Eventually.True(async () => await FindCoordinatorAsync(node) == ErrorCode.None, "the topic of the groups is created");
        await Eventually.True(async () => await CommitAsync(node) == ErrorCode.CoordinatorLoadInProgress, "the coordinator loads");
        Assert.That(await ProduceAsync(node, "t"), Is.EqualTo(ErrorCode.KafkaStorageError));

        Volatile.Write(ref isFull.Value, false);
        await Eventually.True(async () => await ProduceAsync(node, "t") == ErrorCode.None, "the topic takes records");
        await Eventually.True(async () => await CommitAsync(node) == ErrorCode.None, "the group commits");
    }

    private static async Task<ErrorCode> FindCoordinatorAsync(TestNode node) =>
        (await node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "g" }, 2)).ErrorCode;

    private static async Task<ErrorCode> CommitAsync(TestNode node)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = "g",
            GenerationIdOrMemberEpoch = -1,
            MemberId = "",
            Topics = [new() { Name = "t", Partitions = [new() { CommittedOffset = 1 }] }],
        };
        return (await node.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(request, 8)).Topics[0].Partitions[0].ErrorCode;
    }

    private static async Task<ErrorCode> CreateAsync(TestNode node, string topic)
    {
        var request = new CreateTopicsRequest
        {
            TimeoutMs = 300, Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }],
        };
        return (await node.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7)).Topics[0].ErrorCode;
    }

    private static async Task<long> CountAsync(TestNode node, string topic)
    {
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1, Topics = [new() { Name = topic, Partitions = [new() { Timestamp = -1 }] }],
        };
        return (await node.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, 5)).Topics[0].Partitions[0].Offset;
    }

    private static async Task<ErrorCode> ProduceAsync(TestNode node, string topic)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8);
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Records = builder.Build().ToArray() }] }],
        };
        return (await node.AskAsync<ProduceRequest, ProduceResponse>(request, 9)).Responses[0].PartitionResponses[0].ErrorCode;
    }
}
