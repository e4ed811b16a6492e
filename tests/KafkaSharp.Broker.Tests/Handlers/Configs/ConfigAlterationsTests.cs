using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Tests.Handlers.Configs;

/// <summary>Codes and messages are those of a genuine Kafka 4.3.1 broker with id 1.</summary>
internal sealed class ConfigAlterationsTests
{
    private const sbyte TopicType = 2;
    private const sbyte Broker = 4;
    private const sbyte Logger = 8;
    private readonly ConfigAlterations _alterations = new(nodeId: 1);

    [TestCase(TopicType, "t", null)]
    [TestCase(Broker, "", null)]
    [TestCase(Broker, "1", null)]
    [TestCase(Broker, "2", "Unexpected broker id, expected 1, but received 2")]
    [TestCase(Broker, "x", "Node id must be an integer, but it is: x")]
    [TestCase(Logger, "2", "Unexpected node id. Expected 1, but received 2")]
    [TestCase(Logger, "x", "Node id must be an integer, but it is: x")]
    [TestCase((sbyte)3, "x", "Unknown resource type 3")]
    [TestCase((sbyte)0, "y", "Unknown resource type 0")]
    public void A_resource_is_checked_before_it_is_forwarded(sbyte type, string name, string? message) =>
        Assert.That(Check(new ConfigAlterations.Resource(type, name, ["a"], [])), Is.EqualTo(new[] { Error(message) }));

    [Test]
    public void Levels_of_loggers_are_altered_by_the_incremental_request_only() =>
        Assert.That(
            _alterations.Check([new ConfigAlterations.Resource(Logger, "1", [], [])], hasLoggers: false),
            Is.EqualTo(new[] { Error("Unknown resource type 8") }));

    [Test]
    public void Each_naming_of_a_resource_that_is_named_twice_is_refused_and_the_others_are_not()
    {
        var twice = Error("Each resource must appear at most once.");
        Assert.That(
            Check(Topic("a"), Topic("b"), Topic("a"), new ConfigAlterations.Resource(Broker, "", [], [])),
            Is.EqualTo(new[] { twice, null, twice, null }));
    }

    [Test]
    public void A_key_named_twice_is_refused() =>
        Assert.That(Check(new ConfigAlterations.Resource(TopicType, "a", ["k", "j", "k"], [])), Is.EqualTo(
            new[] { Error("Error due to duplicate config keys") }));

    [Test]
    public void Values_that_are_missing_are_named() =>
        Assert.That(Check(new ConfigAlterations.Resource(TopicType, "a", ["k", "j", "i"], ["k", "i"])), Is.EqualTo(
            new[] { Error("Null value not supported for : k, i") }));

    private static ConfigAlterations.Resource Topic(string name) => new(TopicType, name, ["k"], []);

    private ApiError?[] Check(params ConfigAlterations.Resource[] resources) => _alterations.Check(resources, hasLoggers: true);

    private static ApiError? Error(string? message) => message is null ? null : new ApiError(ErrorCode.InvalidRequest, message);
}
