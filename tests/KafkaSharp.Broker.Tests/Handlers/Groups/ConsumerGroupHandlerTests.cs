using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;
using DescribedGroup = KafkaSharp.Protocol.Messages.ConsumerGroupDescribeResponse.DescribedGroup;

namespace KafkaSharp.Broker.Tests.Handlers.Groups;

/// <summary>What clients may do with consumer groups, and when these are served.</summary>
internal sealed class ConsumerGroupHandlerTests
{
    private readonly HashSet<(AclOperation, ResourceType, string)> _denied = [];
    private TestBroker _broker = null!;
    private DispatcherFixture _client = null!;

    [SetUp]
    public async Task Start()
    {
        _denied.Clear();
        await StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task A_member_needs_the_right_to_read_the_group()
    {
        _denied.Add((AclOperation.Read, ResourceType.Group, "g"));
        var response = await JoinAsync("m", "t");
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((ErrorCode.GroupAuthorizationFailed, (string?)null)));
        Assert.That((await DescribeAsync("g"))[0].ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task A_member_needs_the_right_to_describe_every_topic_it_names()
    {
        _denied.Add((AclOperation.Describe, ResourceType.Topic, "u"));
        Assert.That((await JoinAsync("m", "t", "u")).ErrorCode, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));
        Assert.That((await JoinAsync("m", "t", "t")).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    /// <summary>The topics are looked for after the request has its response, by what the client was allowed.</summary>
    [Test]
    public async Task A_regular_expression_finds_the_topics_that_the_client_may_describe()
    {
        _denied.Add((AclOperation.Describe, ResourceType.Topic, "u"));
        Assert.That((await JoinAsync("m", [], "[tu]")).ErrorCode, Is.EqualTo(ErrorCode.None));
        await Eventually.True(
            async () =>
            {
                await JoinAsync("m", [], "[tu]");
                return (await DescribeAsync("g"))[0].Members[0].TargetAssignment.TopicPartitions.Count > 0;
            },
            "the topics are assigned");
        Assert.That((await DescribeAsync("g"))[0].Members[0].TargetAssignment.TopicPartitions.Select(topic => topic.TopicName),
            Is.EqualTo(new[] { "t" }));
    }

    /// <summary>The longest that a request may have: with the text around it, no response could have it.</summary>
    [Test]
    public async Task An_expression_that_is_too_long_is_quoted_in_part()
    {
        var response = await JoinAsync("m", [], new string('a', short.MaxValue));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.InvalidRegularExpression));
        Assert.That(response.ErrorMessage, Does.EndWith("a...` is not a valid regular expression: the expression is too large."));
    }

    [Test]
    public async Task A_group_that_may_not_be_described_comes_first_in_the_response()
    {
        await JoinAsync("m", "t");
        _denied.Add((AclOperation.Describe, ResourceType.Group, "h"));
        var groups = await DescribeAsync("g", "", "h");
        Assert.That(groups.Select(group => (group.GroupId, group.ErrorCode)), Is.EqualTo(new[]
        {
            ("h", ErrorCode.GroupAuthorizationFailed), ("", ErrorCode.InvalidGroupId), ("g", ErrorCode.None),
        }));
    }

    [Test]
    public async Task A_group_with_a_topic_that_may_not_be_described_is_hidden()
    {
        await JoinAsync("m", "t", "u");
        _denied.Add((AclOperation.Describe, ResourceType.Topic, "u"));
        var group = (await DescribeAsync("g"))[0];
        Assert.That(group.ErrorCode, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));
        Assert.That(group.ErrorMessage, Is.EqualTo(
            "The group has described topic(s) that the client is not authorized to describe."));
        Assert.That((group.GroupState, group.Members.Count), Is.EqualTo(("", 0)));
    }

    [Test]
    public async Task A_member_is_described_with_the_partitions_that_it_has_not_given_up_yet()
    {
        var epoch = (await JoinAsync("m", "t")).MemberEpoch;
        await AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            new() { GroupId = "g", MemberId = "m", MemberEpoch = epoch, SubscribedTopicNames = ["u"] });
        var member = (await DescribeAsync("g"))[0].Members[0];
        Assert.That(member.Assignment.TopicPartitions.Select(topic => topic.TopicName), Is.EqualTo(new[] { "t" }));
        Assert.That(member.TargetAssignment.TopicPartitions.Select(topic => topic.TopicName), Is.EqualTo(new[] { "u" }));
    }

    [TestCase(true, 1 << (int)AclOperation.Read | 1 << (int)AclOperation.Describe | 1 << (int)AclOperation.DescribeConfigs
        | 1 << (int)AclOperation.AlterConfigs)]
    [TestCase(false, int.MinValue)]
    public async Task The_operations_of_the_client_are_described_when_asked_for(bool isAsked, int expected)
    {
        await JoinAsync("m", "t");
        _denied.Add((AclOperation.Delete, ResourceType.Group, "g"));
        var response = await AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            new() { GroupIds = ["g", "missing"], IncludeAuthorizedOperations = isAsked });
        Assert.That(response.Groups.Select(group => group.AuthorizedOperations), Is.EqualTo(new[] { expected, int.MinValue }));
    }

    [TestCase("classic,streams", ErrorCode.UnsupportedVersion)]
    [TestCase("classic,consumer", ErrorCode.GroupIdNotFound)]
    public async Task A_broker_can_be_configured_without_consumer_groups(string protocols, ErrorCode expected)
    {
        await Stop();
        await StartAsync(("group.coordinator.rebalance.protocols", protocols));
        _denied.Add((AclOperation.Read, ResourceType.Group, "g"));
        Assert.That((await DescribeAsync("g", "h")).Select(group => group.ErrorCode), Is.EqualTo(new[] { expected, expected }));
        Assert.That((await JoinAsync("m", "t")).ErrorCode, Is.EqualTo(
            expected == ErrorCode.UnsupportedVersion ? expected : ErrorCode.GroupAuthorizationFailed), "asked before the rights");
    }

    private async Task StartAsync(params (string, string)[] configs)
    {
        _broker = await TestBroker.StartAsync(
            [("offsets.topic.num.partitions", "1"), ("group.consumer.assignment.interval.ms", "0"), .. configs]);
        var authorizer = new DelegateAuthorizer(
            asked => !_denied.Contains((asked.Operation, asked.ResourceType, asked.ResourceName)));
        _client = new DispatcherFixture(_broker.Broker.ApiTable, services: TestServices.Create(authorizer));
        foreach (var topic in (string[])["t", "u"])
        {
            await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
                new() { TimeoutMs = 30_000, Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }] }, 7);
        }
        await AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new() { CoordinatorKeys = ["g"] }, 6);
        await Eventually.True(
            async () => (await DescribeAsync("g"))[0].ErrorCode is ErrorCode.GroupIdNotFound or ErrorCode.UnsupportedVersion,
            "the coordinator has loaded");
    }

    private Task<ConsumerGroupHeartbeatResponse> JoinAsync(string memberId, params string[] topics) => JoinAsync(memberId, topics, null);

    private Task<ConsumerGroupHeartbeatResponse> JoinAsync(string memberId, string[] topics, string? pattern) =>
        AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(new()
        {
            GroupId = "g",
            MemberId = memberId,
            RebalanceTimeoutMs = 1000,
            SubscribedTopicNames = [.. topics],
            SubscribedTopicRegex = pattern,
            TopicPartitions = [],
        });

    private async Task<List<DescribedGroup>> DescribeAsync(params string[] groupIds) =>
        (await AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(new() { GroupIds = [.. groupIds] })).Groups;

    private async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version = 1)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var frame = await _client.AskAsync(RawRequest.Of(request, TRequest.ApiKey, version));
        // A correlation id and no tagged fields.
        var reader = new KafkaReader(frame!.AsMemory(5));
        return TResponse.Read(ref reader, version);
    }
}
