using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Transactions;

/// <summary>The requests of the transaction coordinator over a socket, as raw as a client can send them.</summary>
internal sealed class TransactionHandlerTests
{
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync();
        await _node.CreateTopicAsync("t", 2);
    }

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [TestCase((short)0)]
    [TestCase((short)3)]
    [TestCase((short)4)]
    [TestCase((short)6)]
    public async Task Looking_for_the_coordinator_creates_its_topic_as_Kafka_does(short version)
    {
        // Version 0 has no type of key: it asks for a group.
        var type = (sbyte)(version == 0 ? 0 : 1);
        var response = await _node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = type, Key = version < 4 ? "x" : "", CoordinatorKeys = version < 4 ? [] : ["x", "y"] },
            version);
        var errors = version < 4 ? [response.ErrorCode] : response.Coordinators.Select(coordinator => coordinator.ErrorCode).ToArray();
        Assert.That(errors, Has.All.EqualTo(ErrorCode.None));
        var topic = _node.Image.Topics.Topic("__transaction_state");
        Assert.That(topic, version == 0 ? Is.Null : Is.Not.Null);
        if (topic is not null)
            Assert.That(topic.PartitionCount, Is.EqualTo(50));
    }

    [TestCase((short)0)]
    [TestCase((short)3)]
    public async Task A_client_walks_through_a_transaction(short version)
    {
        var (id, epoch) = await InitAsync();
        Assert.That(await AddAsync(id, epoch, version, ("t", 0), ("t", 1)), Is.EqualTo(new[] { ErrorCode.None, ErrorCode.None }));
        var offsets = await _node.AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            new AddOffsetsToTxnRequest { TransactionalId = "x", ProducerId = id, ProducerEpoch = epoch, GroupId = "g" }, version);
        Assert.That(offsets.ErrorCode, Is.EqualTo(ErrorCode.None));
        var described = (await DescribeAsync("x"))[0];
        Assert.That(described.TransactionState, Is.EqualTo("Ongoing"));
        Assert.That(described.Topics.Select(topic => topic.Topic), Is.EquivalentTo(new[] { "t", "__consumer_offsets" }));
        Assert.That(await EndAsync(id, epoch, commit: false, version), Is.EqualTo((ErrorCode.None, -1L, (short)-1)));
    }

    /// <summary>Adding names none of the partitions when one of them cannot be added.</summary>
    [Test]
    public async Task One_partition_that_does_not_exist_refuses_all()
    {
        var (id, epoch) = await InitAsync();
        Assert.That(
            await AddAsync(id, epoch, 3, ("t", 0), ("t", 2), ("missing", 0)),
            Is.EqualTo(new[] { ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition }));
        Assert.That(
            await AddAsync(id, epoch, 3, ("t", 0), ("__consumer_offsets", 0)),
            Is.EqualTo(new[] { ErrorCode.OperationNotAttempted, ErrorCode.TopicAuthorizationFailed }));
        Assert.That((await DescribeAsync("x"))[0].TransactionState, Is.EqualTo("Empty"));
    }

    [TestCase((short)3, 0, "t=1:None,1:None empty= t=0:None,1:None")]
    [TestCase((short)5, 0, "t=1:None,1:None empty= t=0:None,1:None")]
    [TestCase((short)3, 7, "t=1:OperationNotAttempted,7:UnknownTopicOrPartition")]
    public async Task A_partition_that_is_named_twice_has_one_result_only_where_partitions_are_refused(
        short version, int last, string expected)
    {
        var (id, epoch) = await InitAsync();
        List<AddPartitionsToTxnRequest.AddPartitionsToTxnTopic> topics =
        [
            new() { Name = "t", Partitions = [1, 1] },
            new() { Name = "empty", Partitions = [] },
            new() { Name = "t", Partitions = [last, 1] },
        ];
        var response = await _node.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            version < 4
                ? new()
                {
                    V3AndBelowTransactionalId = "x", V3AndBelowProducerId = id, V3AndBelowProducerEpoch = epoch, V3AndBelowTopics = topics,
                }
                : new() { Transactions = [new() { TransactionalId = "x", ProducerId = id, ProducerEpoch = epoch, Topics = topics }] },
            version);
        var results = version < 4 ? response.ResultsByTopicV3AndBelow : response.ResultsByTransaction[0].TopicResults;
        Assert.That(string.Join(' ', results.Select(Text)), Is.EqualTo(expected));

        static string Text(AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult topic) => topic.Name + "=" + string.Join(
            ',', topic.ResultsByPartition.Select(partition => $"{partition.PartitionIndex}:{partition.PartitionErrorCode}"));
    }

    [TestCase((short)0, ErrorCode.InvalidProducerEpoch)]
    [TestCase((short)1, ErrorCode.InvalidProducerEpoch)]
    [TestCase((short)2, ErrorCode.ProducerFenced)]
    [TestCase((short)3, ErrorCode.ProducerFenced)]
    public async Task A_fenced_producer_receives_the_error_of_its_version(short version, ErrorCode expected)
    {
        var (id, epoch) = await InitAsync();
        await InitAsync();
        Assert.That(await AddAsync(id, epoch, version, ("t", 0)), Is.EqualTo(new[] { expected }));
        Assert.That((await EndAsync(id, epoch, commit: true, version)).Error, Is.EqualTo(expected));
        var offsets = await _node.AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            new AddOffsetsToTxnRequest { TransactionalId = "x", ProducerId = id, ProducerEpoch = epoch, GroupId = "g" }, version);
        Assert.That(offsets.ErrorCode, Is.EqualTo(expected));
    }

    [TestCase((short)3, ErrorCode.InvalidProducerEpoch)]
    [TestCase((short)4, ErrorCode.ProducerFenced)]
    [TestCase((short)5, ErrorCode.ProducerFenced)]
    public async Task A_producer_that_continues_with_an_old_epoch_receives_its_versions_error(short version, ErrorCode expected)
    {
        var (id, _) = await InitAsync();
        await InitAsync();
        var response = await _node.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = "x", TransactionTimeoutMs = 1000, ProducerId = id, ProducerEpoch = 0 }, version);
        Assert.That(response.ErrorCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_broker_adds_and_verifies_for_several_transactions_at_once()
    {
        var (x, _) = await InitAsync();
        var (y, _) = await InitAsync("y");
        var response = await _node.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest
            {
                Transactions =
                [
                    Transaction("x", x, verify: false, 0, 1),
                    Transaction("y", y, verify: true, 0),
                    Transaction("unknown", 5, verify: true, 0),
                    Transaction("", 5, verify: false, 1),
                ],
            },
            5);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(
            response.ResultsByTransaction.Select(result => (
                result.TransactionalId,
                string.Join(',', result.TopicResults[0].ResultsByPartition.Select(partition => partition.PartitionErrorCode)))),
            Is.EqualTo(new[]
            {
                ("x", "None,None"), ("y", "TransactionAbortable"), ("unknown", "InvalidProducerIdMapping"), ("", "InvalidRequest"),
            }));
        Assert.That(await EndAsync(x, 0, commit: true, version: 5), Is.EqualTo((ErrorCode.None, x, (short)1)));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task A_cluster_of_version_0_refuses_the_whole_request_also_without_partitions(int partitions)
    {
        await _node.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            new UpdateFeaturesRequest
            {
                TimeoutMs = 30_000, FeatureUpdates = [new() { Feature = "transaction.version", MaxVersionLevel = 0, UpgradeType = 2 }],
            },
            1);
        var (x, _) = await InitAsync();
        var response = await _node.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest { Transactions = [Transaction("x", x, verify: false, [.. Enumerable.Range(0, partitions)])] }, 5);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That(response.ResultsByTransaction, Is.Empty);
    }

    [Test]
    public async Task A_broker_that_names_no_transaction_gets_a_response_although_Kafka_sends_none()
    {
        var response = await _node.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(new AddPartitionsToTxnRequest(), 4);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Lists_and_descriptions_tell_of_every_id()
    {
        await InitAsync("a");
        await InitAsync("b");
        var list = await _node.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(
            new ListTransactionsRequest { StateFilters = ["Empty", "None"], TransactionalIdPattern = "[ab]" }, 2);
        Assert.That(list.TransactionStates.Select(state => state.TransactionalId), Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(list.UnknownStateFilters, Is.EqualTo(new[] { "None" }));
        var described = await DescribeAsync("a", "", "none", "a");
        Assert.That(
            described.Select(state => state.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.None, ErrorCode.InvalidRequest, ErrorCode.TransactionalIdNotFound, ErrorCode.None }));
    }

    private static AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction Transaction(
        string transactionalId, long producerId, bool verify, params int[] partitions) => new()
        {
            TransactionalId = transactionalId,
            ProducerId = producerId,
            VerifyOnly = verify,
            Topics = [new() { Name = "t", Partitions = [.. partitions] }],
        };

    private async Task<(long Id, short Epoch)> InitAsync(string transactionalId = "x")
    {
        await _node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = [transactionalId] }, 6);
        InitProducerIdResponse response;
        do
        {
            response = await _node.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest { TransactionalId = transactionalId, TransactionTimeoutMs = 60_000 }, 5);
        }
        while (response.ErrorCode is ErrorCode.CoordinatorLoadInProgress or ErrorCode.NotCoordinator);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        return (response.ProducerId, response.ProducerEpoch);
    }

    private async Task<ErrorCode[]> AddAsync(long id, short epoch, short version, params (string Topic, int Partition)[] partitions)
    {
        var response = await _node.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest
            {
                V3AndBelowTransactionalId = "x",
                V3AndBelowProducerId = id,
                V3AndBelowProducerEpoch = epoch,
                V3AndBelowTopics =
                [
                    .. partitions.GroupBy(p => p.Topic).Select(
                        topic => new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
                        {
                            Name = topic.Key,
                            Partitions = [.. topic.Select(p => p.Partition)],
                        }),
                ],
            },
            version);
        return [.. response.ResultsByTopicV3AndBelow.SelectMany(t => t.ResultsByPartition.Select(p => p.PartitionErrorCode))];
    }

    private async Task<(ErrorCode Error, long Id, short Epoch)> EndAsync(long id, short epoch, bool commit, short version)
    {
        var response = await _node.AskAsync<EndTxnRequest, EndTxnResponse>(
            new EndTxnRequest { TransactionalId = "x", ProducerId = id, ProducerEpoch = epoch, Committed = commit }, version);
        return (response.ErrorCode, response.ProducerId, response.ProducerEpoch);
    }

    private async Task<List<DescribeTransactionsResponse.TransactionStateData>> DescribeAsync(params string[] ids) =>
        (await _node.AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            new DescribeTransactionsRequest { TransactionalIds = [.. ids] }, 0)).TransactionStates;
}
