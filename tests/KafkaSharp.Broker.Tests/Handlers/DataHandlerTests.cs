using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>The data path of a whole broker where no recorded conversation goes.</summary>
internal sealed class DataHandlerTests
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
    public async Task Acks_zero_has_no_response_but_is_appended()
    {
        await _node.CreateTopicAsync("t");
        await _node.SendAsync(TestNode.Frame(Request("t", 0), 11));
        // Responses are in the order of the requests, so the next one is that of the second produce.
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task Clients_do_not_write_to_internal_topics()
    {
        await _node.CreateTopicAsync("__consumer_offsets");
        var response = await ProduceAsync("__consumer_offsets", -1);
        Assert.That((response.ErrorCode, response.BaseOffset, response.LogStartOffset),
            Is.EqualTo((ErrorCode.InvalidTopicException, -1L, -1L)));
    }

    [Test]
    public async Task Unknown_partitions_are_told()
    {
        var response = await ProduceAsync("nope", -1);
        Assert.That((response.ErrorCode, response.BaseOffset), Is.EqualTo((ErrorCode.UnknownTopicOrPartition, -1L)));
    }

    // Every response below is that of Kafka 4.3.1 to the same bytes.
    [TestCase("empty", (short)3, 87)]
    [TestCase("cut in its length", (short)8, 87)]
    [TestCase("cut in its header", (short)8, 87)]
    [TestCase("cut in its records", (short)13, 87)]
    [TestCase("two batches", (short)8, 87)]
    [TestCase("a batch and a part of one", (short)8, 0)]
    [TestCase("magic 1", (short)3, 87)]
    [TestCase("magic 1", (short)8, 87)]
    [TestCase("zstd", (short)6, 76)]
    [TestCase("zstd", (short)7, 0)]
    public async Task What_can_not_be_stored_is_refused_and_nothing_else_is(string what, short version, int error)
    {
        var (t, u) = (await _node.CreateTopicAsync("t"), await _node.CreateTopicAsync("u"));
        var response = await ProduceAsync(version, null, -1, ("t", t, Bytes(what)), ("u", u, Bytes("sound")));
        Assert.That(((int)response[0].ErrorCode, response[0].BaseOffset), Is.EqualTo((error, error == 0 ? 0L : -1L)));
        Assert.That((response[1].ErrorCode, response[1].BaseOffset), Is.EqualTo((ErrorCode.None, 0L)));
        if (error != 0)
            Assert.That((response[0].LogStartOffset, response[0].ErrorMessage), Is.EqualTo((-1L, (string?)null)));
    }

    [TestCase("transactional", 53)]
    [TestCase("magic 5", 2, "Invalid magic found in record: 5")]
    [TestCase("too small", 2, "Record size 3 is less than the minimum record overhead (14)")]
    public async Task A_batch_that_refuses_the_request_refuses_all_of_it(string what, int error, string? message = null)
    {
        var id = await _node.CreateTopicAsync("t");
        var response = await ProduceAsync(
            8, null, -1, ("t", id, Bytes("sound")), ("t", id, Bytes(what)), ("nope", default, Bytes("sound")));
        Assert.That(response.Select(partition => ((int)partition.ErrorCode, partition.BaseOffset, partition.ErrorMessage)), Is.All.EqualTo(
            (error, -1L, message)));
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.Zero, "nothing was stored");
    }

    // Kafka reads the compression types of a request of these versions before it appends.
    [TestCase((short)3, -1)]
    [TestCase((short)6, -1)]
    [TestCase((short)7, 0)]
    public async Task A_compression_that_does_not_exist_refuses_an_old_request_as_a_whole(short version, int errorOfOthers)
    {
        var id = await _node.CreateTopicAsync("t", partitions: 2);
        foreach (var second in new[] { 1, 0 })
        {
            var request = new ProduceRequest
            {
                Acks = -1,
                TimeoutMs = 30_000,
                TopicData = [new() { Name = "t", PartitionData = [Data(0, "sound"), Data(second, "compression 5")] }],
            };
            var response = await _node.AskAsync<ProduceRequest, ProduceResponse>(request, version);
            Assert.That(
                response.Responses.Single().PartitionResponses.Select(partition => (partition.Index, (int)partition.ErrorCode)),
                Is.EqualTo(second == 1 ? new[] { (0, errorOfOthers), (1, -1) } : [(0, -1)]));
        }
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.EqualTo(errorOfOthers == 0 ? 1 : 0));

        static ProduceRequest.PartitionProduceData Data(int partition, string what) =>
            new() { Index = partition, Records = Bytes(what) };
    }

    [Test]
    public async Task A_transaction_that_nobody_opened_stores_nothing()
    {
        var id = await _node.CreateTopicAsync("t");
        var response = await ProduceAsync(11, "tx", -1, ("t", id, Bytes("transactional")));
        Assert.That((response[0].ErrorCode, response[0].ErrorMessage), Is.EqualTo((
            ErrorCode.NotEnoughReplicas,
            "Unable to verify the partition has been added to the transaction. Underlying error: COORDINATOR_NOT_AVAILABLE")));
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.Zero);
    }

    [TestCase("transactional")]
    [TestCase("empty")]
    public async Task A_refused_request_without_a_response_closes_the_connection(string what)
    {
        var id = await _node.CreateTopicAsync("t");
        await _node.SendAsync(TestNode.Frame(Request(null, 0, ("t", id, Bytes(what))), 8));
        Assert.That(await _node.IsClosedAsync());
    }

    [TestCase("empty", "t", 87)]
    [TestCase("transactional", "t", 53)]
    [TestCase("sound", "nope", 3)]
    [TestCase("sound", "t", 21)]
    public async Task Wrong_acks_are_the_least_of_what_is_wrong(string what, string topic, int error)
    {
        await _node.CreateTopicAsync("t");
        Assert.That((int)(await ProduceAsync(8, null, 2, (topic, default, Bytes(what))))[0].ErrorCode, Is.EqualTo(error));
    }

    // As the genuine broker did with the same requests: one result, the last valid batch is appended, and an invalid one has the say.
    [TestCase("sound", "sound", 0, 0, 1)]
    [TestCase("wrong CRC", "sound", 0, 0, 1)]
    [TestCase("sound", "wrong CRC", 2, -1, 0)]
    [TestCase("two batches", "sound", 87, -1, 1)]
    [TestCase("sound", "two batches", 87, -1, 1)]
    [TestCase("sound", "empty", 87, -1, 1)]
    [TestCase("empty", "two batches", 87, -1, 0)]
    public async Task A_partition_named_twice_is_appended_to_once(string first, string second, int error, long offset, long end)
    {
        var id = await _node.CreateTopicAsync("t");
        foreach (var version in new short[] { 8, 13 })
        {
            var response = await ProduceAsync(version, null, -1, ("t", id, Bytes(first)), ("t", id, Bytes(second)));
            Assert.That(response.Select(a => ((int)a.ErrorCode, a.BaseOffset)), Is.EqualTo(
                new[] { (error, offset < 0 ? offset : offset + (version == 13 ? end : 0)) }));
        }
        Assert.That((await ProduceAsync("t", 1)).BaseOffset, Is.EqualTo(2 * end));
    }

    [Test]
    public async Task An_unknown_partition_named_twice_has_one_result()
    {
        var response = await ProduceAsync(8, null, -1, ("nope", default, Bytes("sound")), ("nope", default, Bytes("empty")));
        Assert.That(response.Select(a => a.ErrorCode), Is.EqualTo(new[] { ErrorCode.UnknownTopicOrPartition }));
    }

    [Test]
    public async Task Records_are_deleted_up_to_the_last_offset_named()
    {
        await _node.CreateTopicAsync("t");
        for (var i = 0; i < 3; i++)
            await ProduceAsync("t", -1);
        var request = new DeleteRecordsRequest
        {
            TimeoutMs = 30_000,
            Topics =
            [
                new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Offset = 99 }, new() { PartitionIndex = 0, Offset = 2 }] },
                new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Offset = 1 }] },
            ],
        };
        var response = await _node.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(request, 2);
        Assert.That(response.Topics.SelectMany(t => t.Partitions)
            .Select(p => (p.ErrorCode, p.LowWatermark)), Is.EqualTo(new[] { (ErrorCode.None, 1L) }));
    }

    [Test]
    public async Task An_offset_listed_twice_is_refused_once()
    {
        await _node.CreateTopicAsync("t");
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics =
            [
                new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Timestamp = -1, CurrentLeaderEpoch = -1 }] },
                new() { Name = "nope", Partitions = [new() { PartitionIndex = 0, Timestamp = -1, CurrentLeaderEpoch = -1 }] },
                new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Timestamp = -2, CurrentLeaderEpoch = -1 }] },
            ],
        };
        var response = await _node.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, 7);
        Assert.That(response.Topics.SelectMany(t => t.Partitions.Select(p => (t.Name, p.ErrorCode))),
            Is.EqualTo(new[] { ("t", ErrorCode.InvalidRequest), ("nope", ErrorCode.UnknownTopicOrPartition) }));
    }

    [Test]
    public async Task Of_ten_thousands_of_refused_records_a_response_lists_the_first()
    {
        await _node.CreateTopicAsync("t", ("message.timestamp.after.max.ms", "1000"));
        await _node.CreateTopicAsync("u", ("message.timestamp.after.max.ms", "1000"));
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Zstd });
        for (var i = 0; i < 300_000; i++)
            builder.Append(9_000_000_000_000, default, default, hasKey: false, hasValue: false);
        var batch = builder.Build().ToArray();
        var response = await ProduceAsync(8, null, -1, ("t", default, batch), ("u", default, batch));
        Assert.That(response.Select(a => a.ErrorCode), Is.All.EqualTo(ErrorCode.InvalidTimestamp));
        Assert.That(response[0].ErrorMessage, Is.EqualTo("One or more records have been rejected due to invalid timestamp"));
        Assert.That(response[0].RecordErrors.Select(e => e.BatchIndex), Is.EqualTo(Enumerable.Range(0, 10_000)));
        Assert.That(response[1].RecordErrors, Is.Empty);
    }

    // More in-sync replicas than a topic has replicas are not asked for.
    [Test]
    public async Task A_sole_replica_satisfies_any_min_insync_replicas()
    {
        await _node.CreateTopicAsync("t", ("min.insync.replicas", "2"));
        Assert.That((await ProduceAsync("t", -1)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [TestCase("", 5L, (short)-1, 42)]
    [TestCase(null, 5L, (short)-1, 42)]
    [TestCase(null, -1L, (short)5, 42)]
    [TestCase("x", 5L, (short)-1, 42)]
    [TestCase("", -1L, (short)-1, 42)]
    [TestCase(null, 5L, (short)5, 0)]
    [TestCase(null, -1L, (short)-1, 0)]
    public async Task A_producer_names_its_id_and_epoch_or_neither(string? transactionalId, long id, short epoch, int error)
    {
        var request = new InitProducerIdRequest { TransactionalId = transactionalId, TransactionTimeoutMs = 60_000, ProducerId = id,
            ProducerEpoch = epoch };
        var response = await _node.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(request, 4);
        Assert.That((int)response.ErrorCode, Is.EqualTo(error));
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
        var response = await DeleteAsync("t", offset);
        Assert.That(((int)response.ErrorCode, response.LowWatermark), Is.EqualTo((error, lowWatermark)));
    }

    [Test]
    public async Task Compacted_and_internal_topics_lose_no_records()
    {
        await _node.CreateTopicAsync("c", ("cleanup.policy", "compact"));
        Assert.That((await DeleteAsync("__consumer_offsets", 0)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition), "absent");
        await _node.CreateTopicAsync("__consumer_offsets");
        Assert.That((await DeleteAsync("c", 0)).ErrorCode, Is.EqualTo(ErrorCode.PolicyViolation));
        Assert.That((await DeleteAsync("__consumer_offsets", 0)).ErrorCode, Is.EqualTo(ErrorCode.InvalidTopicException));
        Assert.That((await DeleteAsync("nope", 0)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    // Error codes of Kafka 4.3.1 to the same requests: an unknown isolation level, a broker without a replica, and a negative limit.
    [TestCase((sbyte)1, -1, 1000, 0)]
    [TestCase((sbyte)2, -1, 1000, -1)]
    [TestCase((sbyte)-1, -1, 1000, -1)]
    [TestCase((sbyte)0, 1, 1000, 6)]
    [TestCase((sbyte)0, 2, 1000, 6)]
    [TestCase((sbyte)0, -1, 0, 0)]
    [TestCase((sbyte)0, -1, -1, -1)]
    public async Task A_fetch_is_refused_as_in_Kafka(sbyte isolation, int replicaId, int maxBytes, int error)
    {
        await _node.CreateTopicAsync("t");
        await ProduceAsync("t", -1);
        var request = new FetchRequest
        {
            ReplicaId = replicaId,
            MaxBytes = 1000,
            IsolationLevel = isolation,
            Topics =
            [
                new()
                {
                    Topic = "t",
                    Partitions = [new() { PartitionMaxBytes = maxBytes, CurrentLeaderEpoch = -1, LastFetchedEpoch = -1 }],
                },
            ],
        };
        var response = await _node.AskAsync<FetchRequest, FetchResponse>(request, 12);
        var partition = response.Responses[0].Partitions[0];
        Assert.That((int)partition.ErrorCode, Is.EqualTo(error));
        Assert.That(partition.HighWatermark, Is.EqualTo(error == 0 ? 1 : -1));
        Assert.That(partition.Records is { IsEmpty: false }, Is.EqualTo(error == 0));
    }

    // A follower without a replica may know of an assignment that the broker has not heard of, if it names an epoch.
    [TestCase(-1, 6)]
    [TestCase(-3, 6)]
    [TestCase(0, 75)]
    [TestCase(1, 75)]
    public async Task A_follower_without_a_replica_is_refused(int epoch, int error)
    {
        await _node.CreateTopicAsync("t");
        var response = await _node.AskAsync<FetchRequest, FetchResponse>(new FetchRequest
        {
            ReplicaId = 2,
            MaxBytes = 1000,
            Topics = [new() { Topic = "t", Partitions = [new() { PartitionMaxBytes = 1000, CurrentLeaderEpoch = epoch }] }],
        }, 12);
        Assert.That((int)response.Responses[0].Partitions[0].ErrorCode, Is.EqualTo(error));
    }

    [TestCase(-1, 0)]
    [TestCase(-2, 74)]
    [TestCase(int.MinValue, 74)]
    [TestCase(1, 75)]
    public async Task Only_minus_one_is_no_leader_epoch_where_offsets_are_looked_up(int epoch, int error)
    {
        await _node.CreateTopicAsync("t");
        var offsets = await _node.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(new ListOffsetsRequest
        {
            ReplicaId = -1, Topics = [new() { Name = "t", Partitions = [new() { CurrentLeaderEpoch = epoch, Timestamp = -1 }] }],
        }, 7);
        Assert.That((int)offsets.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(error));
        var epochs = await _node.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(new OffsetForLeaderEpochRequest
        {
            Topics = [new() { Topic = "t", Partitions = [new() { CurrentLeaderEpoch = epoch }] }],
        }, 4);
        Assert.That((int)epochs.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(error));
    }

    [TestCase((short)9)]
    [TestCase((short)13)]
    public async Task A_topic_without_partitions_is_not_in_the_response(short version)
    {
        var id = await _node.CreateTopicAsync("t");
        var response = await _node.AskAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest { Acks = -1, TopicData = [new() { Name = "t", TopicId = id }] }, version);
        Assert.That(response.Responses, Is.Empty);
    }

    [TestCase((sbyte)0, 0)]
    [TestCase((sbyte)1, 0)]
    [TestCase((sbyte)2, -1)]
    public async Task Offsets_are_listed_at_two_isolation_levels(sbyte isolation, int error)
    {
        await _node.CreateTopicAsync("t");
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = isolation,
            Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Timestamp = -1, CurrentLeaderEpoch = -1 }] }],
        };
        var response = await _node.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, 7);
        Assert.That((int)response.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(error));
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

    private async Task<List<ProduceResponse.PartitionProduceResponse>> ProduceAsync(
        short version, string? transactionalId, short acks, params (string Topic, Uuid Id, byte[] Records)[] topics)
    {
        var response = await _node.AskAsync<ProduceRequest, ProduceResponse>(Request(transactionalId, acks, topics), version);
        return [.. response.Responses.SelectMany(topic => topic.PartitionResponses)];
    }

    private static ProduceRequest Request(string topic, short acks) => Request(null, acks, (topic, default, Batch()));

    private static ProduceRequest Request(string? transactionalId, short acks, params (string Topic, Uuid Id, byte[] Records)[] topics) =>
        new()
    {
        TransactionalId = transactionalId,
        Acks = acks,
        TimeoutMs = 30_000,
        TopicData =
        [
            .. topics.Select(topic => new ProduceRequest.TopicProduceData
            {
                Name = topic.Topic, TopicId = topic.Id, PartitionData = [new() { Index = 0, Records = topic.Records }],
            }),
        ],
    };

    private static byte[] Bytes(string what) => what switch
    {
        "sound" => Batch(),
        "empty" => [],
        "cut in its length" => Batch()[..10],
        "cut in its header" => Batch()[..40],
        "cut in its records" => Batch()[..^1],
        "two batches" => [.. Batch(), .. Batch()],
        "a batch and a part of one" => [.. Batch(), .. Batch()[..30]],
        "zstd" => Batch(new RecordBatchOptions { Compression = CompressionType.Zstd }),
        "transactional" => Batch(new RecordBatchOptions { ProducerId = 5, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true }),
        "magic 1" => Convert.FromHexString("00000000000000000000001766b6cb3001000000018bcfe56800ffffffff0000000176"),
        "magic 5" => WithMagic(5),
        "compression 5" => WithCompression(5),
        "wrong CRC" => [.. Batch()[..^1], (byte)'?'],
        "too small" => Convert.FromHexString("0000000000000000" + "00000003" + "6162636465666768696a6b6c"),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static byte[] WithCompression(byte type)
    {
        var batch = Batch();
        batch[RecordBatchHeader.AttributesPosition + 1] = type;
        BinaryPrimitives.WriteUInt32BigEndian(
            batch.AsSpan(RecordBatchHeader.CrcPosition), Crc32C.Compute(batch.AsSpan(RecordBatchHeader.AttributesPosition)));
        return batch;
    }

    private static byte[] WithMagic(byte magic)
    {
        var batch = Batch();
        batch[RecordBatchHeader.MagicPosition] = magic;
        return batch;
    }

    private static byte[] Batch(RecordBatchOptions? options = null)
    {
        using var builder = new RecordBatchBuilder(options ?? new RecordBatchOptions());
        builder.Append(1_700_000_000_000, "k"u8, "v"u8);
        return builder.Build().ToArray();
    }
}
