using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>The data path of a whole broker where no recorded conversation goes.</summary>
sealed class DataHandlerTests
{
    private TestNode _node = null!;

    [SetUp]
    public async Task Start() => _node = await TestNode.StartAsync();

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [TestCase((short)1, 0)]
    [TestCase((short)-1, 0)]
    [TestCase((short)2, 21)]
    public async Task Acks_are_minus_one_to_one(short acks, int error)
    {
        await _node.CreateTopicAsync("t");
        Assert.That((int)(await ProduceAsync("t", acks)).ErrorCode, Is.EqualTo(error));
    }

    [Test]
    public async Task Acks_zero_has_no_answer_but_is_kept()
    {
        await _node.CreateTopicAsync("t");
        await _node.SendAsync(TestNode.Frame(Request("t", 0), 11));
        // Answers come in the order of the requests: the next one is the second produce's.
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task Clients_do_not_write_to_internal_topics()
    {
        await _node.CreateTopicAsync("__consumer_offsets");
        var answer = await ProduceAsync("__consumer_offsets", -1);
        Assert.That((answer.ErrorCode, answer.BaseOffset, answer.LogStartOffset), Is.EqualTo((ErrorCode.InvalidTopicException, -1L, -1L)));
    }

    [Test]
    public async Task Unknown_partitions_are_told()
    {
        var answer = await ProduceAsync("nope", -1);
        Assert.That((answer.ErrorCode, answer.BaseOffset), Is.EqualTo((ErrorCode.UnknownTopicOrPartition, -1L)));
    }

    [TestCase(2, 0, 2)]
    [TestCase(-1, 0, 3)]
    [TestCase(9, 1, -1)]
    [TestCase(-2, 1, -1)]
    public async Task Records_are_deleted_up_to_the_high_watermark(long offset, int error, long lowWatermark)
    {
        await _node.CreateTopicAsync("t");
        for (var i = 0; i < 3; i++)
            await ProduceAsync("t", -1);
        var answer = await DeleteAsync("t", offset);
        Assert.That(((int)answer.ErrorCode, answer.LowWatermark), Is.EqualTo((error, lowWatermark)));
    }

    [Test]
    public async Task Compacted_and_internal_topics_lose_no_records()
    {
        await _node.CreateTopicAsync("c", ("cleanup.policy", "compact"));
        await _node.CreateTopicAsync("__consumer_offsets");
        Assert.That((await DeleteAsync("c", 0)).ErrorCode, Is.EqualTo(ErrorCode.PolicyViolation));
        Assert.That((await DeleteAsync("__consumer_offsets", 0)).ErrorCode, Is.EqualTo(ErrorCode.InvalidTopicException));
        Assert.That((await DeleteAsync("nope", 0)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    private async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(string topic, short acks) =>
        (await _node.AskAsync<ProduceRequest, ProduceResponse>(Request(topic, acks), 11)).Responses[0].PartitionResponses[0];

    private async Task<DeleteRecordsResponse.DeleteRecordsPartitionResult> DeleteAsync(string topic, long offset)
    {
        var request = new DeleteRecordsRequest
        {
            TimeoutMs = 30_000,
            Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = 0, Offset = offset }] }],
        };
        return (await _node.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(request, 2)).Topics[0].Partitions[0];
    }

    private static ProduceRequest Request(string topic, short acks)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1_700_000_000_000, "k"u8, "v"u8);
        return new ProduceRequest
        {
            Acks = acks,
            TimeoutMs = 30_000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = builder.Build().ToArray() }] }],
        };
    }
}
