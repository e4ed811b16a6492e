using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>Requests of administrators where no recorded conversation goes; the answers are those of Kafka 4.3.1.</summary>
sealed class AdminHandlerTests
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
        var request = new DescribeLogDirsRequest { Topics = [new() { Topic = "t", Partitions = [0] }, new() { Topic = "t", Partitions = [0, 1] }] };
        var answer = await _node.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(request, 4);
        Assert.That(answer.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(answer.Results[0].Topics.Select(topic => (topic.Name, topic.Partitions.Count)), Is.EqualTo(new[] { ("t", 1) }));
    }

    // Kafka itself fails with an exception from version 12 on.
    [TestCase((short)10)]
    [TestCase((short)11)]
    [TestCase((short)13)]
    public async Task A_topic_with_neither_name_nor_id_makes_the_request_invalid(short version)
    {
        var request = new MetadataRequest { Topics = [new() { Name = null }, new() { Name = "t" }], AllowAutoTopicCreation = true };
        var answer = await _node.AskAsync<MetadataRequest, MetadataResponse>(request, version);
        Assert.That(answer.Topics.Select(topic => (topic.ErrorCode, topic.Name)),
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
                new() { ResourceType = (sbyte)ConfigResourceType.BrokerLogger, ResourceName = "1", Configs = [new() { Name = "a", Value = "INFO" }] },
                new() { ResourceType = (sbyte)ConfigResourceType.Topic, ResourceName = "t", Configs = [new() { Name = "retention.ms", Value = "1" }] },
            ],
        };
        var answer = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(answer.Responses.Select(response => (response.ResourceName, response.ErrorCode)),
            Is.EquivalentTo(new[] { ("1", ErrorCode.InvalidRequest), ("t", ErrorCode.None) }));
    }

    [Test]
    public async Task Very_many_loggers_are_refused_in_one_pass()
    {
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                .. Enumerable.Range(0, 200_000).Select(i =>
                    new IncrementalAlterConfigsRequest.AlterConfigsResource { ResourceType = (sbyte)ConfigResourceType.BrokerLogger, ResourceName = $"{i}" }),
            ],
        };
        var answer = await _node.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(answer.Responses.ConvertAll(response => response.ErrorCode), Has.Count.EqualTo(200_000).And.All.EqualTo(ErrorCode.InvalidRequest));
    }
}
