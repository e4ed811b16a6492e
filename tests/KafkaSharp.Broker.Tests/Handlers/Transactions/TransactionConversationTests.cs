using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Transactions;

/// <summary>
/// Sends the recorded requests of transactional producers to our broker over a socket. The responses must be the same bytes as the genuine
/// broker's, after ids are made equal. A response that asks for a repetition is not compared: it depends on the time.
/// </summary>
internal sealed class TransactionConversationTests
{
    private readonly Dictionary<long, long> _producerIds = [];
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync(("offsets.topic.num.partitions", "1"));
        _producerIds.Clear();
    }

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [TestCase("producer-transactions", 2, 12)]
    [TestCase("features-0/producer-transactions", 0, 15)]
    [TestCase("producer-fenced", 2, 6)]
    [TestCase("features-0/producer-fenced", 0, 6)]
    public async Task Producers_have_the_responses_of_a_genuine_broker(string conversation, short level, int least)
    {
        await SetLevelAsync(level);
        await CreateTopicsAsync(conversation);
        var compared = 0;
        foreach (var exchange in Exchange.Of(conversation, withInternal: true))
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
            if (recorded == ErrorCode.ConcurrentTransactions)
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

    private static List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult> Topics(AddPartitionsToTxnResponse response) =>
        response.ResultsByTransaction is [var transaction, ..] ? transaction.TopicResults : response.ResultsByTopicV3AndBelow;

    private void Translate(AddPartitionsToTxnRequest request)
    {
        request.V3AndBelowProducerId = Ours(request.V3AndBelowProducerId);
        request.Transactions.ForEach(transaction => transaction.ProducerId = Ours(transaction.ProducerId));
    }

    private long Ours(long producerId) => _producerIds.GetValueOrDefault(producerId, producerId);

    private void Remember(InitProducerIdResponse theirs, InitProducerIdResponse ours)
    {
        if (theirs.ErrorCode == ErrorCode.None && ours.ErrorCode == ErrorCode.None)
            theirs.ProducerId = _producerIds[theirs.ProducerId] = ours.ProducerId;
    }

    private void SetPort(FindCoordinatorResponse theirs) => theirs.Coordinators.ForEach(coordinator => coordinator.Port = _node.Port);

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
        var names = Exchange.Of(conversation).Where(e => e.Api == "Metadata")
            .SelectMany(e => e.ReadResponse<MetadataResponse>(e.Response).Topics)
            .Where(topic => topic.ErrorCode == ErrorCode.None)
            .Select(topic => (topic.Name!, topic.Partitions.Count)).DistinctBy(topic => topic.Item1);
        foreach (var (name, partitions) in names.Where(topic => !topic.Item1.StartsWith("__", StringComparison.Ordinal)))
            await _node.CreateTopicAsync(name, partitions);
    }
}
