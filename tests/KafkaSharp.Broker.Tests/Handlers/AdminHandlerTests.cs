using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>Administrative requests without a recorded conversation. The expected responses are those of Kafka 4.3.1.</summary>
internal sealed class AdminHandlerTests
{
    private TestNode _node = null!;

    [SetUp]
    public async Task Start() => _node = await TestNode.StartAsync();

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [Test]
    public async Task Log_directories_are_described_for_a_topic_named_twice()
    {
        await _node.CreateTopicAsync("t");
        var request =
            new DescribeLogDirsRequest { Topics = [new() { Topic = "t", Partitions = [0] }, new() { Topic = "t", Partitions = [0, 1] }] };
        var actual = await _node.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(request, 4);
        Assert.That(actual.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(actual.Results[0].Topics.Select(topic => (topic.Name, topic.Partitions.Count)), Is.EqualTo(new[] { ("t", 1) }));
    }

    // Kafka itself fails with an exception from version 12 on.
    [TestCase((short)10)]
    [TestCase((short)11)]
    [TestCase((short)13)]
    public async Task A_topic_with_neither_name_nor_id_makes_the_request_invalid(short version)
    {
        var request = new MetadataRequest { Topics = [new() { Name = null }, new() { Name = "t" }], AllowAutoTopicCreation = true };
        var actual = await _node.AskAsync<MetadataRequest, MetadataResponse>(request, version);
        Assert.That(actual.Topics.Select(topic => (topic.ErrorCode, topic.Name)),
            Is.EqualTo(new[] { (ErrorCode.InvalidRequest, ""), (ErrorCode.InvalidRequest, "t") }));
    }

    [TestCase("abc", 0)]
    [TestCase("abc\n", 42)]
    [TestCase("-abc", 42)]
    public async Task A_client_may_not_call_itself_by_any_name(string name, int error)
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = "1.0" };
        Assert.That((int)(await _node.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 3)).ErrorCode, Is.EqualTo(error));
    }

    [Test]
    public async Task Log_levels_are_refused_and_other_configs_are_altered()
    {
        await _node.CreateTopicAsync("t");
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new() { ResourceType = (sbyte)ConfigResourceType.BrokerLogger, ResourceName = "1",
                    Configs = [new() { Name = "a", Value = "INFO" }] },
                new() { ResourceType = (sbyte)ConfigResourceType.Topic, ResourceName = "t",
                    Configs = [new() { Name = "retention.ms", Value = "1" }] },
            ],
        };
        var actual = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(actual.Responses.Select(response => (response.ResourceName, response.ErrorCode)),
            Is.EquivalentTo(new[] { ("1", ErrorCode.InvalidConfig), ("t", ErrorCode.None) }));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    public async Task Nothing_is_done_for_a_request_whose_time_limit_has_passed(int timeoutMs)
    {
        var created = await _node.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(new CreateTopicsRequest
        {
            Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }], TimeoutMs = timeoutMs,
        }, 7);
        Assert.That((created.Topics[0].ErrorCode, created.Topics[0].ErrorMessage), Is.EqualTo((ErrorCode.RequestTimedOut, (string?)null)));
        var updated = await _node.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            new UpdateFeaturesRequest { TimeoutMs = timeoutMs }, 1);
        Assert.That(updated.ErrorCode, Is.EqualTo(ErrorCode.None), "as in Kafka, this request has no limit");
        var topics = await _node.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = null }, 9);
        Assert.That(topics.Topics, Is.Empty);
    }

    [Test]
    public async Task Unknown_topics_have_authorized_operations_too([Values("nope", "a b")] string name)
    {
        var response = await _node.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest
        {
            Topics = [new() { Name = name }], AllowAutoTopicCreation = false, IncludeTopicAuthorizedOperations = true,
        }, 9);
        Assert.That(response.Topics[0].ErrorCode, Is.Not.EqualTo(ErrorCode.None));
        Assert.That(response.Topics[0].TopicAuthorizedOperations, Is.EqualTo(3576));
    }

    [Test]
    public async Task An_unknown_type_of_election_is_named_for_each_partition()
    {
        var response = await _node.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
            new ElectLeadersRequest { ElectionType = 3, TopicPartitions = [new() { Topic = "t", Partitions = [0] }] }, 2);
        Assert.That(response.ReplicaElectionResults[0].PartitionResult[0].ErrorMessage, Is.EqualTo("Unknown election type 3"));
    }

    // Codes and messages of Kafka 4.3.1.
    [TestCase("zz", (sbyte)0, "u", 35, "Unsupported entity type zz")]
    [TestCase("user", (sbyte)3, "u", 42, "Unknown match type 3")]
    [TestCase("user", (sbyte)1, "", 42, "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.")]
    [TestCase("user", (sbyte)2, "u", 42, "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.")]
    [TestCase("user", (sbyte)0, null, 42, "Request specified MATCH_TYPE_EXACT, but set match string to null.")]
    public async Task A_filter_of_quotas_is_refused_as_in_Kafka(string type, sbyte matchType, string? match, int error, string message)
    {
        var response = await _node.AskAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(new DescribeClientQuotasRequest
        {
            Components = [new() { EntityType = type, MatchType = matchType, Match = match }],
        }, 1);
        Assert.That(((int)response.ErrorCode, response.ErrorMessage), Is.EqualTo((error, message)));
    }

    [Test]
    public async Task Very_many_loggers_are_refused_in_one_pass()
    {
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                .. Enumerable.Range(0, 200_000).Select(i =>
                    new IncrementalAlterConfigsRequest.AlterConfigsResource { ResourceType = (sbyte)ConfigResourceType.BrokerLogger,
                        ResourceName = $"{i + 2}" }),
            ],
        };
        var actual = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(actual.Responses.ConvertAll(response => response.ErrorCode), Has.Count.EqualTo(200_000).And.All.EqualTo(
            ErrorCode.InvalidRequest));
    }

    [TestCase((short)2)]
    [TestCase((short)3)]
    public async Task Old_versions_leave_partitions_and_replicas_to_the_broker(short version)
    {
        var request =
            new CreateTopicsRequest { TimeoutMs = 30_000, Topics = [new() { Name = "t", NumPartitions = -1, ReplicationFactor = -1 }] };
        var response = await _node.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, version);
        Assert.That(response.Topics.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_node.Image.Topics.Topic("t")!.PartitionCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_resource_altered_twice_gets_two_errors_in_the_order_of_the_request()
    {
        await _node.CreateTopicAsync("a");
        await _node.CreateTopicAsync("b");
        const sbyte topic = (sbyte)ConfigResourceType.Topic;
        var incremental = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                .. new[] { "a", "b", "a" }.Select(name => new IncrementalAlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = topic, ResourceName = name, Configs = [new() { Name = "retention.ms", Value = "1" }],
                }),
            ],
        };
        var legacy = new AlterConfigsRequest
        {
            Resources =
            [
                .. new[] { "a", "b", "a" }.Select(name => new AlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = topic, ResourceName = name, Configs = [new() { Name = "retention.ms", Value = "1" }],
                }),
            ],
        };
        (string, ErrorCode)[] expected = [("a", ErrorCode.InvalidRequest), ("b", ErrorCode.None), ("a", ErrorCode.InvalidRequest)];
        var first = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(incremental, 1);
        Assert.That(first.Responses.Select(result => (result.ResourceName, result.ErrorCode)), Is.EqualTo(expected));
        var second = await _node.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(legacy, 2);
        Assert.That(second.Responses.Select(result => (result.ResourceName, result.ErrorCode)), Is.EqualTo(expected));
    }

    // Kafka's own result of a topic that it creates is UNKNOWN_TOPIC_OR_PARTITION, too; ours has waited for the leaders.
    [Test]
    public async Task Why_a_topic_is_not_created_automatically_is_not_in_the_response()
    {
        await _node.CreateTopicAsync("p_q");
        var response = await MetadataAsync("p.q", "new", "new", "a b");
        Assert.That(response.Topics.Select(topic => (topic.Name, topic.ErrorCode)), Is.EqualTo(new[]
        {
            ("p.q", ErrorCode.UnknownTopicOrPartition), ("new", ErrorCode.None), ("a b", ErrorCode.InvalidTopicException),
        }));
    }

    [Test]
    public async Task Names_beside_ids_are_ignored_and_each_id_is_described_once()
    {
        var id = await _node.CreateTopicAsync("t");
        await _node.CreateTopicAsync("u");
        var unknown = new Uuid(1, 2);
        var request = new MetadataRequest
        {
            Topics =
            [
                new() { TopicId = id, Name = null }, new() { Name = "u" }, new() { TopicId = unknown, Name = null },
                new() { TopicId = id, Name = null },
                new() { TopicId = unknown, Name = null },
            ],
        };
        var response = await _node.AskAsync<MetadataRequest, MetadataResponse>(request, 12);
        Assert.That(response.Topics.Select(topic => (topic.Name, topic.TopicId, topic.ErrorCode)),
            Is.EqualTo(new[] { ("t", id, ErrorCode.None), (null, unknown, ErrorCode.UnknownTopicId) }));
    }

    [Test]
    public async Task More_topics_than_one_request_may_create_are_not_created_automatically()
    {
        var response = await MetadataAsync([.. Enumerable.Range(0, 10_500).Select(i => $"t{i}")]);
        Assert.That(response.Topics.ConvertAll(topic => topic.ErrorCode), Has.Count.EqualTo(10_500).And.All.EqualTo(
            ErrorCode.UnknownTopicOrPartition));
        Assert.That(_node.Image.Topics.ById, Is.Empty);
    }

    // As Kafka 4.3.1: without names the cursor may name any topic, otherwise one of the request.
    [TestCase("t", 0)]
    [TestCase("a", 42)]
    [TestCase("z", 42)]
    public async Task A_cursor_names_a_topic_of_the_request(string cursor, int error)
    {
        await _node.CreateTopicAsync("t");
        var request = new DescribeTopicPartitionsRequest
        {
            Topics = [new() { Name = "t" }],
            ResponsePartitionLimit = 10,
            Cursor = new() { TopicName = cursor, PartitionIndex = 0 },
        };
        var response = await _node.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(request, 0);
        Assert.That(response.Topics.Select(topic => (topic.Name, (int)topic.ErrorCode)), Is.EqualTo(new[] { ("t", error) }));
    }

    [TestCase((sbyte)2, 114, "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER")]
    [TestCase((sbyte)0, 115, "Unsupported endpoint type 0")]
    [TestCase((sbyte)-1, 115, "Unsupported endpoint type -1")]
    public async Task A_cluster_is_described_to_the_endpoint_that_is_asked(sbyte type, int error, string message)
    {
        var request = new DescribeClusterRequest { EndpointType = type };
        var response = await _node.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(request, 1);
        Assert.That(((int)response.ErrorCode, response.ErrorMessage), Is.EqualTo((error, message)));
    }

    [Test]
    public async Task The_quorum_is_described_in_each_version([Values(0, 1, 2)] short version)
    {
        var request = new DescribeQuorumRequest
        {
            Topics = [new() { TopicName = "__cluster_metadata", Partitions = [new() { PartitionIndex = 0 }] }],
        };
        var response = await _node.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(request, version);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.Topics[0].Partitions[0].CurrentVoters, Has.Count.EqualTo(1));
        Assert.That(response.Nodes, Has.Count.EqualTo(version < 2 ? 0 : 1));
        Assert.That(response.Nodes.SelectMany(node => node.Listeners), Is.Empty, "nothing listens for other controllers");
    }

    // As Kafka 4.3.1: where one feature is refused, no feature has a result.
    [TestCase("eligible.leader.replicas.version", 1, "eligible.leader.replicas.version NONE")]
    [TestCase("nope", 1)]
    public async Task Feature_updates_succeed_all_or_none(string name, short level, params string[] results)
    {
        var request = new UpdateFeaturesRequest
        {
            FeatureUpdates = [new() { Feature = name, MaxVersionLevel = level, UpgradeType = 1 }], ValidateOnly = true,
        };
        var response = await _node.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(request, 1);
        Assert.That(response.ErrorCode, Is.EqualTo(results.Length > 0 ? ErrorCode.None : ErrorCode.InvalidUpdateVersion));
        Assert.That(response.Results.Select(result => $"{result.Feature} {result.ErrorMessage}"), Is.EqualTo(results));
    }

    [Test]
    public async Task A_resource_described_twice_is_described_twice()
    {
        await _node.CreateTopicAsync("t");
        DescribeConfigsRequest.DescribeConfigsResource Topic(params List<string>? keys) =>
            new() { ResourceType = (sbyte)ConfigResourceType.Topic, ResourceName = "t", ConfigurationKeys = keys };
        var request = new DescribeConfigsRequest { Resources =
            [Topic("retention.ms", "retention.ms"), Topic("segment.ms"), Topic(null), Topic([])] };
        var response = await _node.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, 4);
        Assert.That(response.Results.Take(2).Select(result => string.Join(',', result.Configs.Select(config => config.Name))),
            Is.EqualTo(new[] { "retention.ms", "segment.ms" }));
        Assert.That(response.Results[2].Configs, Has.Count.GreaterThan(20));
        Assert.That(response.Results[3].Configs, Has.Count.EqualTo(response.Results[2].Configs.Count));
    }

    private Task<MetadataResponse> MetadataAsync(params string[] names) => _node.AskAsync<MetadataRequest, MetadataResponse>(
        new MetadataRequest { AllowAutoTopicCreation = true,
            Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] }, 12);
}
