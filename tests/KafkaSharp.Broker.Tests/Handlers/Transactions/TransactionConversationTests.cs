using System.Buffers.Binary;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Handlers.Transactions;

/// <summary>
/// Sends the recorded requests of transactional producers to our broker over a socket. The responses must be the same bytes as the genuine
/// broker's, after ids are made equal. A response that asks for a repetition is not compared: it depends on the time.
/// </summary>
internal sealed class TransactionConversationTests
{
    private readonly Dictionary<long, long> _producerIds = [];
    private readonly Dictionary<Uuid, Uuid> _topicIds = [];

    // What a recorded offset is more than ours: the recorded topics had records of other conversations.
    private readonly Dictionary<(string, Uuid, int), long> _shifts = [];
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync(
            ("offsets.topic.num.partitions", "1"), ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10"));
        _producerIds.Clear();
        _topicIds.Clear();
        _shifts.Clear();
    }

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [TestCase("producer-transactions", 2, 17)]
    [TestCase("features-0/producer-transactions", 0, 20)]
    [TestCase("producer-fenced", 2, 7)]
    [TestCase("features-0/producer-fenced", 0, 7)]
    [TestCase("producer-txn-v1-and-timeout", 2, 5)]
    [TestCase("features-0/producer-txn-v1-and-timeout", 0, 6)]
    [TestCase("idempotence-raw", 2, 30)]
    [TestCase("features-0/idempotence-raw", 0, 30)]
    [TestCase("cluster-transaction", 2, 17)]
    public async Task Producers_have_the_responses_of_a_genuine_broker(string conversation, short level, int least)
    {
        await SetLevelAsync(level);
        await CreateTopicsAsync(conversation);
        // Not every conversation looks for its coordinator, which creates the topic of transactions.
        await _node.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = ["x"] }, 6);
        var compared = 0;
        foreach (var exchange in Exchange.Of(conversation, withInternal: true).OrderBy(exchange => exchange.Order))
        {
            compared += exchange.Api switch
            {
                "FindCoordinator" => await CompareAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                    exchange, _ => { }, r => r.Coordinators[0].ErrorCode, (theirs, _) => SetPort(theirs)),
                "InitProducerId" => await CompareAsync<InitProducerIdRequest, InitProducerIdResponse>(
                    exchange, r => r.ProducerId = Ours(r.ProducerId), r => r.ErrorCode, Remember),
                "AddPartitionsToTxn" => await CompareAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
                    exchange, Translate, r => Topics(r)[0].ResultsByPartition[0].PartitionErrorCode),
                "AddOffsetsToTxn" => await CompareAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
                    exchange, r => r.ProducerId = Ours(r.ProducerId), r => r.ErrorCode),
                "EndTxn" => await CompareAsync<EndTxnRequest, EndTxnResponse>(
                    exchange, r => r.ProducerId = Ours(r.ProducerId), r => r.ErrorCode,
                    (theirs, _) => theirs.ProducerId = Ours(theirs.ProducerId)),
                "Produce" => await CompareAsync<ProduceRequest, ProduceResponse>(
                    exchange, Translate, r => r.Responses[0].PartitionResponses[0].ErrorCode, Shift),
                "WriteTxnMarkers" when IsOfProducers(exchange) => await AwaitMarkersAsync(exchange),
                "WriteTxnMarkers" => await CompareAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(exchange),
                _ => 0,
            };
        }
        Assert.That(compared, Is.GreaterThanOrEqualTo(least));
    }

    [Test]
    public async Task Default_requests_of_every_version_have_the_responses_of_a_genuine_broker()
    {
        var compared = 0;
        foreach (var exchange in Exchange.Of("sweep-broker"))
        {
            compared += exchange.Api switch
            {
                "InitProducerId" => await CompareAsync<InitProducerIdRequest, InitProducerIdResponse>(exchange),
                "AddPartitionsToTxn" => await CompareAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(exchange),
                "AddOffsetsToTxn" => await CompareAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(exchange),
                "EndTxn" => await CompareAsync<EndTxnRequest, EndTxnResponse>(exchange),
                "ListTransactions" => await CompareAsync<ListTransactionsRequest, ListTransactionsResponse>(
                    exchange, alike: (theirs, _) => theirs.TransactionStates.Clear()),
                "DescribeTransactions" => await CompareAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(exchange),
                _ => 0,
            };
        }
        Assert.That(compared, Is.EqualTo(6 + 4 + 5 + 6 + 3 + 1));
    }

    private static bool IsRetriable(ErrorCode error) => error
        is ErrorCode.CoordinatorLoadInProgress
        or ErrorCode.CoordinatorNotAvailable
        or ErrorCode.NotCoordinator
        or ErrorCode.ConcurrentTransactions;

    private async Task<int> CompareAsync<TRequest, TResponse>(
        Exchange exchange, Action<TRequest>? translate = null, Func<TResponse, ErrorCode>? errorOf = null,
        Action<TResponse, TResponse>? alike = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var request = exchange.ReadRequest<TRequest>();
        translate?.Invoke(request);
        if (errorOf?.Invoke(exchange.ReadResponse<TResponse>(exchange.Response)) is { } recorded && IsRetriable(recorded))
        {
            // It may have begun what the repeated one finds done.
            if (recorded == ErrorCode.ConcurrentTransactions && exchange.Api != "Produce")
                await _node.AskAsync(exchange.WithBody(request));
            return 0;
        }
        TResponse ours;
        do
        {
            ours = exchange.ReadResponse<TResponse>(await _node.AskAsync(exchange.WithBody(request)));
        }
        while (errorOf is not null && IsRetriable(errorOf(ours)));
        var theirs = exchange.ReadResponse<TResponse>(exchange.Response);
        alike?.Invoke(theirs, ours);
        Assert.That(TestNode.Readable(exchange.Bytes(ours)), Is.EqualTo(TestNode.Readable(exchange.Bytes(theirs))),
            $"{exchange.Api} v{exchange.Version} {exchange.Text}");
        return 1;
    }

    private bool IsOfProducers(Exchange exchange) =>
        exchange.ReadRequest<WriteTxnMarkersRequest>().Markers.TrueForAll(marker => _producerIds.ContainsKey(marker.ProducerId));

    // The recorded markers are written: so are ours soon, by our coordinator.
    private async Task<int> AwaitMarkersAsync(Exchange exchange)
    {
        foreach (var marker in exchange.ReadRequest<WriteTxnMarkersRequest>().Markers)
        {
            foreach (var topic in marker.Topics.Where(topic => !topic.Name.StartsWith("__", StringComparison.Ordinal)))
            {
                var request = new DescribeProducersRequest
                {
                    Topics = [new() { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }],
                };
                await Eventually.True(
                    async () => (await _node.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(request, 0)).Topics[0].Partitions
                        .All(p => p.ActiveProducers.Any(
                            producer => producer.ProducerId == Ours(marker.ProducerId) && producer.CurrentTxnStartOffset == -1
                                && producer.ProducerEpoch == marker.ProducerEpoch && producer.CoordinatorEpoch == marker.CoordinatorEpoch)),
                    $"the marker in {topic.Name}");
            }
        }
        return 1;
    }

    private static List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult> Topics(AddPartitionsToTxnResponse response) =>
        response.ResultsByTransaction is [var transaction, ..] ? transaction.TopicResults : response.ResultsByTopicV3AndBelow;

    private void Translate(AddPartitionsToTxnRequest request)
    {
        request.V3AndBelowProducerId = Ours(request.V3AndBelowProducerId);
        request.Transactions.ForEach(transaction => transaction.ProducerId = Ours(transaction.ProducerId));
    }

    private void Translate(ProduceRequest request)
    {
        foreach (var topic in request.TopicData)
        {
            topic.TopicId = _topicIds.GetValueOrDefault(topic.TopicId, topic.TopicId);
            foreach (var partition in topic.PartitionData)
            {
                var batch = partition.Records!.Value.ToArray();
                var producerId = BinaryPrimitives.ReadInt64BigEndian(batch.AsSpan(RecordBatchHeader.ProducerIdPosition));
                BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(RecordBatchHeader.ProducerIdPosition), Ours(producerId));
                BinaryPrimitives.WriteUInt32BigEndian(
                    batch.AsSpan(RecordBatchHeader.CrcPosition), Crc32C.Compute(batch.AsSpan(RecordBatchHeader.CrcPosition + 4)));
                partition.Records = batch;
            }
        }
    }

    private void Shift(ProduceResponse theirs, ProduceResponse ours)
    {
        for (var i = 0; i < theirs.Responses.Count; i++)
        {
            var (their, our) = (theirs.Responses[i], ours.Responses[i]);
            their.TopicId = _topicIds.GetValueOrDefault(their.TopicId, their.TopicId);
            // Kafka's order is that of a hash map.
            foreach (var topic in (ProduceResponse.TopicProduceResponse[])[their, our])
                topic.PartitionResponses.Sort((one, other) => one.Index.CompareTo(other.Index));
            for (var j = 0; j < their.PartitionResponses.Count; j++)
            {
                var (recorded, actual) = (their.PartitionResponses[j], our.PartitionResponses[j]);
                var key = (their.Name, their.TopicId, recorded.Index);
                if (recorded.BaseOffset >= 0 && !_shifts.ContainsKey(key))
                    _shifts[key] = recorded.BaseOffset - actual.BaseOffset;
                if (recorded.BaseOffset >= 0)
                    recorded.BaseOffset -= _shifts[key];
            }
        }
    }

    private long Ours(long producerId) => _producerIds.GetValueOrDefault(producerId, producerId);

    private void Remember(InitProducerIdResponse theirs, InitProducerIdResponse ours)
    {
        if (theirs.ErrorCode == ErrorCode.None && ours.ErrorCode == ErrorCode.None)
            theirs.ProducerId = _producerIds[theirs.ProducerId] = ours.ProducerId;
    }

    private void SetPort(FindCoordinatorResponse theirs)
    {
        foreach (var coordinator in theirs.Coordinators)
            (coordinator.NodeId, coordinator.Port) = (1, _node.Port);
    }

    private async Task SetLevelAsync(short level)
    {
        if (level == 2)
            return;
        var response = await _node.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            new UpdateFeaturesRequest
            {
                TimeoutMs = 30_000,
                FeatureUpdates = [new() { Feature = FeatureNames.Transaction, MaxVersionLevel = level, UpgradeType = 2 }],
            },
            1);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None), response.ErrorMessage);
    }

    private async Task CreateTopicsAsync(string conversation)
    {
        var exchanges = Exchange.Of(conversation, withInternal: true).ToList();
        var known = exchanges.Where(e => e.Api == "Metadata")
            .SelectMany(e => e.ReadResponse<MetadataResponse>(e.Response).Topics)
            .Where(topic => topic.ErrorCode == ErrorCode.None)
            .Select(topic => (Name: topic.Name!, topic.TopicId, Partitions: topic.Partitions.Count));
        var created = exchanges.Where(e => e.Api == "CreateTopics")
            .SelectMany(e => e.ReadResponse<CreateTopicsResponse>(e.Response).Topics)
            .Select(topic => (topic.Name, topic.TopicId, Partitions: topic.NumPartitions));
        foreach (var (name, id, partitions) in known.Concat(created).DistinctBy(topic => topic.Name))
        {
            if (!name.StartsWith("__", StringComparison.Ordinal))
                _topicIds[id] = await _node.CreateTopicAsync(name, partitions);
        }
    }
}
