using System.Text.RegularExpressions;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>
/// Sends the recorded produce, fetch and offset requests of clients to our broker over a socket. The responses must be the same bytes as
/// the genuine broker's, after ids, timestamps and unsupported APIs are made equal.
/// </summary>
internal sealed partial class DataConversationTests
{
    private readonly Dictionary<Uuid, Uuid> _ids = [];
    private readonly Dictionary<int, int> _sessions = [];
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync();
        _ids.Clear();
        _sessions.Clear();
    }

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [Test]
    public async Task Fetches_have_the_responses_of_a_genuine_broker()
    {
        await CreateRecordedTopicAsync();
        var versions = new HashSet<short>();
        foreach (var exchange in Exchange.Of("fetch-raw").Where(e => e.Api == "Fetch"))
        {
            await _node.CompareAsync<FetchRequest, FetchResponse>(
                exchange,
                (theirs, ours) =>
                {
                    foreach (var topic in theirs.Responses)
                        topic.TopicId = Ours(topic.TopicId);
                    if (theirs.SessionId != 0 && ours.SessionId != 0)
                        theirs.SessionId = _sessions[theirs.SessionId] = ours.SessionId;
                },
                request =>
                {
                    request.SessionId = _sessions.GetValueOrDefault(request.SessionId, request.SessionId);
                    request.Topics.ForEach(topic => topic.TopicId = Ours(topic.TopicId));
                });
            versions.Add(exchange.Version);
        }
        Assert.That(versions.Order(), Is.EqualTo(Enumerable.Range(4, 15).Select(v => (short)v)));
    }

    [Test]
    public async Task Offsets_are_listed_as_by_a_genuine_broker()
    {
        await CreateRecordedTopicAsync();
        var versions = new HashSet<short>();
        foreach (var exchange in Exchange.Of("list-offsets-raw").Where(e => e.Api == "ListOffsets"))
        {
            await _node.CompareAsync<ListOffsetsRequest, ListOffsetsResponse>(exchange);
            versions.Add(exchange.Version);
        }
        Assert.That(versions.Order(), Is.EqualTo(Enumerable.Range(1, 11).Select(v => (short)v)));
    }

    [Test]
    public async Task Idempotent_producers_have_the_responses_of_a_genuine_broker()
    {
        await _node.CreateTopicAsync("idem");
        var produced = 0;
        foreach (var exchange in Exchange.Of("idempotence-raw"))
        {
            switch (exchange.Api)
            {
                case "Produce":
                    await _node.CompareAsync<ProduceRequest, ProduceResponse>(exchange);
                    produced++;
                    break;
                case "InitProducerId" when exchange.ReadRequest<InitProducerIdRequest>().TransactionalId is null or "":
                    await _node.CompareAsync<InitProducerIdRequest, InitProducerIdResponse>(exchange, (theirs, ours) =>
                    {
                        if (theirs.ErrorCode == ErrorCode.None && ours.ProducerId >= 0)
                            theirs.ProducerId = ours.ProducerId;
                    });
                    break;
            }
        }
        Assert.That(produced, Is.GreaterThan(15));
    }

    [Test]
    public async Task Refused_records_have_the_responses_of_a_genuine_broker()
    {
        await CreateAsync("pro-small", ("max.message.bytes", "1000"));
        await CreateAsync("pro-isr2", ("min.insync.replicas", "2"));
        await CreateAsync("pro-compact", ("cleanup.policy", "compact"));
        await CreateAsync("pro-time", ("message.timestamp.before.max.ms", "1000"), ("message.timestamp.after.max.ms", "1000"));
        await CreateAsync("pro-la", ("message.timestamp.type", "LogAppendTime"));
        var produced = 0;
        foreach (var exchange in Exchange.Of("producer-errors").Where(e => e.Api == "Produce"))
        {
            await _node.CompareAsync<ProduceRequest, ProduceResponse>(
                exchange,
                (theirs, ours) =>
                {
                    theirs.Responses.ForEach(topic => topic.TopicId = Ours(topic.TopicId));
                    var (their, our) = (theirs.Responses[0].PartitionResponses[0], ours.Responses[0].PartitionResponses[0]);
                    if (their.LogAppendTimeMs > 0 && our.LogAppendTimeMs > 0)
                        their.LogAppendTimeMs = our.LogAppendTimeMs;
                    foreach (var record in their.RecordErrors.Concat(our.RecordErrors))
                        record.BatchIndexErrorMessage = Range().Replace(record.BatchIndexErrorMessage ?? "", "[then, now]");
                },
                request => request.TopicData.ForEach(topic => topic.TopicId = Ours(topic.TopicId)));
            produced++;
        }
        Assert.That(produced, Is.EqualTo(5));

        async Task CreateAsync(string name, params (string, string)[] configs)
        {
            var recorded = Exchange.Of("producer-errors").Where(e => e.Api == "Metadata")
                .SelectMany(e => e.ReadResponse<MetadataResponse>(e.Response).Topics).First(topic => topic.Name == name);
            _ids[recorded.TopicId] = await _node.CreateTopicAsync(name, configs);
        }
    }

    [Test]
    public async Task ApiVersions_responds_as_a_genuine_broker()
    {
        var compared = 0;
        foreach (var exchange in Exchange.Of("api-versions").Where(e => e.Api == "ApiVersions"))
        {
            // The response to an unknown version is in version 0.
            var known = exchange.Version <= 4 ? exchange : exchange with { Version = 0 };
            var ours = known.ReadResponse<ApiVersionsResponse>(await _node.AskAsync(exchange.Request));
            var theirs = known.ReadResponse<ApiVersionsResponse>(exchange.Response);
            var served = ours.ApiKeys.Select(api => api.ApiKey).ToHashSet();
            theirs.ApiKeys.RemoveAll(api => !served.Contains(api.ApiKey));
            // A feature that is not served is not finalized.
            theirs.FinalizedFeatures.RemoveAll(feature => FeatureNames.Find(feature.Name) is { IsServed: false });
            theirs.FinalizedFeaturesEpoch = theirs.FinalizedFeaturesEpoch < 0 ? -1 : ours.FinalizedFeaturesEpoch;
            Sort(theirs);
            Sort(ours);
            Assert.That(TestNode.Readable(known.Bytes(ours)), Is.EqualTo(TestNode.Readable(known.Bytes(theirs))),
                $"v{exchange.Version} {exchange.Text}");
            compared++;
        }
        Assert.That(compared, Is.GreaterThanOrEqualTo(8));

        static void Sort(ApiVersionsResponse response)
        {
            response.SupportedFeatures.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
            response.FinalizedFeatures.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        }
    }

    // The topic of the recorded fetches and lookups, with the one batch that a response contains.
    private async Task CreateRecordedTopicAsync()
    {
        var exchanges = Exchange.Of("fetch-raw").Where(e => e.Api == "Fetch").ToList();
        var batch = exchanges[0].ReadResponse<FetchResponse>(exchanges[0].Response).Responses[0].Partitions[0].Records!.Value;
        var recorded = exchanges.First(e => e.Version >= 13);
        _ids[recorded.ReadRequest<FetchRequest>().Topics[0].TopicId] = await _node.CreateTopicAsync("con");
        var actual = await _node.AskAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                Acks = -1, TimeoutMs = 30_000, TopicData = [new() { Name = "con", PartitionData = [new() { Index = 0, Records = batch }] }],
            },
            11);
        Assert.That(actual.Responses[0].PartitionResponses[0].ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private Uuid Ours(Uuid id) => _ids.GetValueOrDefault(id, id);

    [GeneratedRegex(@"\[\d+, \d+\]")]
    private static partial Regex Range();
}
