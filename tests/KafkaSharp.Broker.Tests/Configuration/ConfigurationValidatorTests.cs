using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Tests.Configuration;

[TestFixture]
internal sealed class ConfigurationValidatorTests
{
    private static readonly Dictionary<string, string> s_none = [];

    private readonly ConfigurationValidator _validator = new(
        BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode(("log.retention.hours", "2"), ("log.segment.bytes", "1048577"))));

    [TestCase("retention.ms", "1000", null)]
    [TestCase("retention.ms", "soon", "Invalid value soon for configuration retention.ms: Not a number of type LONG")]
    [TestCase("cleanup.policy", "burn", "burn")]
    [TestCase("no.such.key", "1", "Unknown topic config name: no.such.key")]
    [TestCase("remote.storage.enable", "true", "Tiered Storage functionality is disabled in the broker.")]
    public void A_topic_takes_what_kafka_takes(string key, string value, string? fault)
    {
        var error = _validator.Validate(new ConfigResource(ConfigResourceType.Topic, "t"), Only(key, value), s_none);

        AssertFault(error, ErrorCode.InvalidConfig, fault);
    }

    [TestCase("consumer.session.timeout.ms", "50000", null)]
    [TestCase("consumer.session.timeout.ms", "1000",
        "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms")]
    [TestCase("consumer.heartbeat.interval.ms", "20000",
        "consumer.heartbeat.interval.ms must be less than or equal to group.consumer.max.heartbeat.interval.ms")]
    [TestCase("nonsense", "1", "Unknown group config name: nonsense")]
    public void A_group_stays_within_the_brokers_bounds(string key, string value, string? fault)
    {
        var error = _validator.Validate(new ConfigResource(ConfigResourceType.Group, "g"), Only(key, value), s_none);

        AssertFault(error, ErrorCode.InvalidConfig, fault);
    }

    [Test]
    public void Lists_are_extended_from_the_built_in_default_whatever_the_file_sets()
    {
        Assert.That(_validator.DefaultValue(ConfigResourceType.Topic, "retention.ms"), Is.EqualTo("604800000"));
        Assert.That(_validator.DefaultValue(ConfigResourceType.Topic, "cleanup.policy"), Is.EqualTo("delete"));
        Assert.That(_validator.DefaultValue(ConfigResourceType.Broker, "log.segment.bytes"), Is.EqualTo("1073741824"));
        Assert.That(_validator.DefaultValue(ConfigResourceType.Broker, "no.such.key"), Is.Null);
    }

    [Test]
    public void Where_a_topics_value_comes_from_is_told()
    {
        var configs = _validator.EffectiveTopicConfigs(
            Only("cleanup.policy", "compact"), Only("log.segment.bytes", "2000000"), Only("min.insync.replicas", "2"))
                .ToDictionary(c => c.Name);

        Assert.That((configs["cleanup.policy"].Value, configs["cleanup.policy"].Source), Is.EqualTo(("compact", (sbyte)1)));
        Assert.That((configs["min.insync.replicas"].Value, configs["min.insync.replicas"].Source), Is.EqualTo(("2", (sbyte)2)));
        Assert.That((configs["segment.bytes"].Value, configs["segment.bytes"].Source), Is.EqualTo(("2000000", (sbyte)3)));
        Assert.That((configs["retention.ms"].Value, configs["retention.ms"].Source), Is.EqualTo(("7200000", (sbyte)4)));
        Assert.That((configs["flush.messages"].Value, configs["flush.messages"].Source), Is.EqualTo(("9223372036854775807", (sbyte)5)));
    }

    [Test]
    public void Lists_are_known_as_such()
    {
        Assert.That(_validator.IsList(ConfigResourceType.Topic, "cleanup.policy"));
        Assert.That(_validator.IsList(ConfigResourceType.Broker, "log.cleanup.policy"));
        Assert.That(_validator.IsList(ConfigResourceType.Topic, "retention.ms"), Is.False);
    }

    private static Dictionary<string, string> Only(string key, string value) => new() { [key] = value };

    private static void AssertFault(ApiError? error, ErrorCode code, string? message)
    {
        if (message is null)
        {
            Assert.That(error, Is.Null);
            return;
        }
        Assert.That(error, Is.Not.Null);
        Assert.That(error!.Value.Code, Is.EqualTo(code));
        Assert.That(error.Value.Message, Does.Contain(message));
    }
}
