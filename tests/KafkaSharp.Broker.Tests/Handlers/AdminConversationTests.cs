using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>
/// Sends the recorded requests of an admin client to our broker over a socket. The responses must be the same bytes as the genuine
/// broker's, after ids, addresses and the order of unordered lists are made equal.
/// </summary>
internal sealed class AdminConversationTests
{
    // What the recorded broker was configured with.
    private static readonly (string, string)[] s_recorded =
    [
        ("auto.create.topics.enable", "false"), ("log.index.size.max.bytes", "65536"), ("min.insync.replicas", "1"),
        ("group.share.heartbeat.interval.ms", "500"), ("group.share.min.heartbeat.interval.ms", "500"),
        ("group.consumer.heartbeat.interval.ms", "500"), ("group.consumer.min.heartbeat.interval.ms", "500"),
        ("group.streams.heartbeat.interval.ms", "1000"), ("group.streams.min.heartbeat.interval.ms", "1000"),
    ];

    private readonly Dictionary<Uuid, Uuid> _ids = [];
    private readonly HashSet<string> _compared = [];
    private TestNode _node = null!;

    [TearDown]
    public async Task Stop()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    [TestCase("admin-topics", "CreateTopics", "CreatePartitions", "DeleteTopics", "DescribeTopicPartitions", "Metadata")]
    [TestCase("admin-configs", "CreateTopics", "DescribeConfigs", "IncrementalAlterConfigs", "ListConfigResources")]
    [TestCase("admin-cluster", "Metadata", "DescribeCluster", "UpdateFeatures", "UnregisterBroker")]
    [TestCase("admin-data", "CreateTopics", "AlterPartitionReassignments", "ListPartitionReassignments", "ElectLeaders", "DescribeLogDirs")]
    [TestCase("admin-scram-quotas", "AlterClientQuotas", "DescribeClientQuotas")]
    [TestCase("metadata-raw", "Metadata")]
    public async Task Responds_as_a_genuine_broker(string conversation, params string[] apis)
    {
        _node = await TestNode.StartAsync(s_recorded);
        _compared.Clear();
        _ids.Clear();
        if (conversation == "metadata-raw")
            await CreateAsync("con", 3);
        foreach (var exchange in Exchange.Of(conversation).Where(exchange => apis.Contains(exchange.Api)))
        {
            if (!Compares(conversation, exchange))
                continue;
            await CompareAsync(exchange);
            _compared.Add(exchange.Api);
        }
        Assert.That(_compared, Is.EquivalentTo(apis));
    }

    [Test]
    public async Task A_brokers_own_keys_have_a_genuine_brokers_defaults()
    {
        _node = await TestNode.StartAsync(s_recorded);
        var exchange = Exchange.Of("admin-configs")
            .First(e => e.Api == "DescribeConfigs" && e.Text.Contains("\"resourceType\":4,\"resourceName\":\"1\""));
        var ours = exchange.ReadResponse<DescribeConfigsResponse>(await _node.AskAsync(exchange.Request)).Results[0].Configs
            .ToDictionary(config => config.Name);
        var theirs = exchange.ReadResponse<DescribeConfigsResponse>(exchange.Response).Results[0].Configs;
        Assert.Multiple(() =>
        {
            foreach (var their in theirs.Where(config => config.ConfigSource == 5))
            {
                var our = ours.GetValueOrDefault(their.Name);
                Assert.That(our, Is.Not.Null, their.Name);
                if (our is { ConfigSource: 5 })
                    Assert.That(Text(our), Is.EqualTo(Text(their)));
            }
        });

        static string Text(DescribeConfigsResponse.DescribeConfigsResourceResult config) =>
            $"{config.Name}={config.Value ?? "null"} readOnly={config.ReadOnly} sensitive={config.IsSensitive} type={config.ConfigType} "
            + string.Join(", ", config.Synonyms.Select(s => $"{s.Name}={s.Value ?? "null"} {s.Source}"));
    }

    private static bool Compares(string conversation, Exchange exchange) => exchange.Api switch
    {
        // All topics of a broker with another history.
        "Metadata" when conversation == "metadata-raw" => exchange.ReadRequest<MetadataRequest>().Topics is [_, ..] or []
            && !(exchange.Version == 0 && exchange.Text.Contains("[]")),
        // Log levels are not altered at run time here; the rest of a genuine broker's own keys are its own.
        "DescribeConfigs" => exchange.ReadRequest<DescribeConfigsRequest>().Resources.All(
            r => r.ResourceType is not (4 or 8) || r.ResourceName == ""),
        "IncrementalAlterConfigs" => exchange.ReadRequest<IncrementalAlterConfigsRequest>().Resources.All(r => r.ResourceType != 8),
        "ElectLeaders" => exchange.ReadRequest<ElectLeadersRequest>().TopicPartitions is not null,
        _ => true,
    };

    private async Task CompareAsync(Exchange exchange)
    {
        switch (exchange.Api)
        {
            case "CreateTopics":
                await _node.CompareAsync<CreateTopicsRequest, CreateTopicsResponse>(exchange, (theirs, ours) =>
                {
                    foreach (var (their, our) in theirs.Topics.Zip(ours.Topics))
                    {
                        if (their.ErrorCode == ErrorCode.None)
                            _ids[their.TopicId] = our.TopicId;
                        their.TopicId = our.TopicId;
                    }
                });
                break;
            case "CreatePartitions":
                await _node.CompareAsync<CreatePartitionsRequest, CreatePartitionsResponse>(exchange);
                break;
            case "DeleteTopics":
                await _node.CompareAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
                    exchange, (theirs, _) => theirs.Responses.ForEach(t => t.TopicId = Ours(t.TopicId)), r => r.Topics.ForEach(
                        t => t.TopicId = Ours(t.TopicId)));
                break;
            case "DescribeTopicPartitions":
                await _node.CompareAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
                    exchange, (theirs, _) => theirs.Topics.ForEach(t => t.TopicId = Ours(t.TopicId)));
                break;
            case "Metadata":
                await _node.CompareAsync<MetadataRequest, MetadataResponse>(
                    exchange,
                    (theirs, ours) =>
                    {
                        theirs.ClusterId = _node.ClusterId;
                        theirs.Brokers.ForEach(b => (b.Host, b.Port) = ("127.0.0.1", _node.Port));
                        theirs.Topics.ForEach(t => t.TopicId = Ours(t.TopicId));
                        Sort(theirs);
                        Sort(ours);
                    },
                    r => r.Topics?.ForEach(t => t.TopicId = Ours(t.TopicId)));
                break;
            case "DescribeCluster":
                await _node.CompareAsync<DescribeClusterRequest, DescribeClusterResponse>(exchange, (theirs, _) =>
                {
                    theirs.ClusterId = _node.ClusterId;
                    theirs.Brokers.ForEach(b => b.Port = _node.Port);
                });
                break;
            case "DescribeConfigs":
                await _node.CompareAsync<DescribeConfigsRequest, DescribeConfigsResponse>(exchange, (theirs, ours) =>
                {
                    foreach (var result in theirs.Results.Concat(ours.Results))
                        result.Configs.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
                });
                break;
            case "IncrementalAlterConfigs":
                await _node.CompareAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(exchange);
                break;
            case "ListConfigResources":
                await _node.CompareAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(exchange, (theirs, ours) =>
                {
                    // The recorded broker had topics of other conversations.
                    theirs.ConfigResources.RemoveAll(r => r.ResourceType == 2 && r.ResourceName != "cfg");
                    ours.ConfigResources.Sort((a, b) => (b.ResourceType, b.ResourceName).CompareTo((a.ResourceType, a.ResourceName)));
                });
                break;
            case "UpdateFeatures":
                await _node.CompareAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(exchange);
                break;
            case "UnregisterBroker":
                await _node.CompareAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(exchange);
                break;
            case "AlterPartitionReassignments":
                await _node.CompareAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(exchange);
                break;
            case "ListPartitionReassignments":
                await _node.CompareAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(exchange);
                break;
            case "ElectLeaders":
                await _node.CompareAsync<ElectLeadersRequest, ElectLeadersResponse>(exchange);
                break;
            case "AlterClientQuotas":
                await _node.CompareAsync<AlterClientQuotasRequest, AlterClientQuotasResponse>(exchange, (theirs, ours) =>
                {
                    theirs.Entries.Sort((a, b) => string.CompareOrdinal(a.Entity[0].EntityType, b.Entity[0].EntityType));
                    ours.Entries.Sort((a, b) => string.CompareOrdinal(a.Entity[0].EntityType, b.Entity[0].EntityType));
                });
                break;
            case "DescribeClientQuotas":
                await _node.CompareAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(exchange, (theirs, ours) =>
                {
                    foreach (var entry in (theirs.Entries ?? []).Concat(ours.Entries ?? []))
                        entry.Values.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
                    theirs.Entries?.Sort((a, b) => string.CompareOrdinal(a.Entity[0].EntityType, b.Entity[0].EntityType));
                    ours.Entries?.Sort((a, b) => string.CompareOrdinal(a.Entity[0].EntityType, b.Entity[0].EntityType));
                });
                break;
            case "DescribeLogDirs":
                await _node.CompareAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(exchange, (theirs, ours) =>
                {
                    foreach (var (their, our) in theirs.Results.Zip(ours.Results))
                    {
                        (their.LogDir, their.TotalBytes, their.UsableBytes) = (our.LogDir, our.TotalBytes, our.UsableBytes);
                        // The recorded broker had topics of other conversations, and records in this one.
                        their.Topics.RemoveAll(topic => topic.Name != "data");
                        foreach (var topic in their.Topics.Concat(our.Topics))
                        {
                            topic.Partitions.ForEach(partition => partition.PartitionSize = 0);
                            topic.Partitions.Sort((a, b) => a.PartitionIndex.CompareTo(b.PartitionIndex));
                        }
                    }
                });
                break;
            default:
                Assert.Fail($"{exchange.Api} is not compared");
                break;
        }
    }

    private async Task CreateAsync(string topic, int partitions)
    {
        var exchange = Exchange.Of("admin-topics").First(e => e.Api == "CreateTopics");
        var actual = await _node.AskAsync(exchange.WithBody(
            new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }] }));
        var created = exchange.ReadResponse<CreateTopicsResponse>(actual).Topics.Single();
        // The recorded topic of that name has the id of the recorded responses.
        var recorded = Exchange.Of("metadata-raw").Where(e => e.Api == "Metadata" && e.Version >= 10)
            .SelectMany(e => e.ReadResponse<MetadataResponse>(e.Response).Topics).First(t => t.Name == topic);
        _ids[recorded.TopicId] = created.TopicId;
    }

    private Uuid Ours(Uuid id) => _ids.GetValueOrDefault(id, id);

    private static void Sort(MetadataResponse response) => response.Topics.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
}
