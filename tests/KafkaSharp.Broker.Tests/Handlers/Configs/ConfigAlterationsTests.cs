using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Broker.Tests.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Tests.Handlers.Configs;

/// <summary>Codes and messages are those of a genuine Kafka 4.3.1 broker with id 1.</summary>
internal sealed class ConfigAlterationsTests
{
    private const sbyte TopicType = 2;
    private const sbyte Broker = 4;
    private const sbyte Logger = 8;
    private readonly ConfigAlterations _alterations = new(nodeId: 1, new DynamicConfigValidator(
        BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode()), () => ConfigurationsImage.Empty));

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
        Assert.That(Check(Of(type, name, "a")), Is.EqualTo(new[] { Error(message) }));

    [Test]
    public void Levels_of_loggers_are_altered_by_the_incremental_request_only() =>
        Assert.That(
            _alterations.Check([Of(Logger, "1")], isIncremental: false),
            Is.EqualTo(new[] { Error("Unknown resource type 8") }));

    [Test]
    public void Each_naming_of_a_resource_that_is_named_twice_is_refused_and_the_others_are_not()
    {
        var twice = Error("Each resource must appear at most once.");
        Assert.That(
            Check(Topic("a"), Topic("b"), Topic("a"), Of(Broker, "")),
            Is.EqualTo(new[] { twice, null, twice, null }));
    }

    [Test]
    public void A_key_named_twice_is_refused() =>
        Assert.That(Check(Of(TopicType, "a", "k", "j", "k")), Is.EqualTo(
            new[] { Error("Error due to duplicate config keys") }));

    [Test]
    public void Values_that_are_missing_are_named() =>
        Assert.That(
            Check(new ConfigAlterations.Resource(TopicType, "a", [new("k", 0, null), new("j", 1, null), new("i", 2, null)])),
            Is.EqualTo(new[] { Error("Null value not supported for : k, i") }));

    [TestCase((sbyte)0, ErrorCode.InvalidConfig, "Logger no.such does not exist!")]
    [TestCase((sbyte)1, ErrorCode.InvalidConfig, "Logger no.such does not exist!")]
    [TestCase((sbyte)2, ErrorCode.InvalidRequest, "APPEND operation is not allowed for the BROKER_LOGGER resource")]
    [TestCase((sbyte)-1, ErrorCode.UnknownServerError, null)]
    public void A_logger_that_does_not_exist_is_named(sbyte operation, ErrorCode code, string? message) =>
        Assert.That(
            Check(new ConfigAlterations.Resource(Logger, "1", [new("no.such", operation, "INFO")])),
            Is.EqualTo(new ApiError?[] { new ApiError(code, message) }));

    [Test]
    public void An_unknown_operation_on_a_broker_is_refused_before_the_value_is_checked() =>
        Assert.That(
            Check(new ConfigAlterations.Resource(Broker, "", [new("background.threads", -1, "0")])),
            Is.EqualTo(new[] { Error("Unknown operations type -1") }));

    private static ConfigAlterations.Resource Of(sbyte type, string name, params string[] keys) =>
        new(type, name, [.. keys.Select(key => new ConfigAlterations.Change(key, 0, "1"))]);

    private static ConfigAlterations.Resource Topic(string name) => Of(TopicType, name, "k");

    private ApiError?[] Check(params ConfigAlterations.Resource[] resources) => _alterations.Check(resources, isIncremental: true);

    private static ApiError? Error(string? message) => message is null ? null : new ApiError(ErrorCode.InvalidRequest, message);
}
