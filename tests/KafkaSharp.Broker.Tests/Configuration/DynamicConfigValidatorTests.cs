using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Configuration;

/// <summary>The responses of Kafka's broker to changes of the dynamic configuration of brokers.</summary>
[TestFixture]
internal sealed class DynamicConfigValidatorTests
{
    private static readonly BrokerConfiguration s_configuration = BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode());

    // Refused by itself.
    [TestCase("1", "log.cleaner.threads", "many", "Invalid value many for configuration log.cleaner.threads: Not a number of type INT")]
    [TestCase("1", "background.threads", "0", "Invalid value 0 for configuration background.threads: Value must be at least 1")]
    [TestCase("1", "node.id", "2", "Cannot update these configs dynamically: [node.id]")]
    [TestCase("", "listeners", "PLAINTEXT://:1",
        "Cannot update these configs at default cluster level, broker id must be specified: [listeners]")]
    [TestCase("", "listener.name.plaintext.ssl.cipher.suites", "x",
        "Cannot update these configs at default cluster level, broker id must be specified: [listener.name.plaintext.ssl.cipher.suites]")]
    [TestCase("1", "ssl.keystore.location", "/k",
        "These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.location]")]
    [TestCase("1", "listener.name.plaintext.max.connections", "x",
        "Invalid value x for configuration max.connections: Not a number of type INT")]
    [TestCase("", "leader.replication.throttled.rate", "-1",
        "Invalid value -1 for configuration leader.replication.throttled.rate: Value must be at least 0")]
    // Refused because of the other values.
    [TestCase("", "log.cleaner.threads", "0", "log.cleaner.threads must be at least 1")]
    [TestCase("", "log.retention.ms", "0",
        "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1")]
    [TestCase("", "log.roll.ms", "0", "requirement failed: log.roll.ms must be greater than or equal to 1")]
    [TestCase("", "max.connections.per.ip", "0",
        "requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.")]
    [TestCase("", "log.cleaner.dedupe.buffer.size", "1048576",
        "requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")]
    // Refused as a step.
    [TestCase("1", "max.connections", "0", "Invalid max.connections 0", true)]
    [TestCase("", "listener.name.plaintext.max.connections", "0", "Invalid max.connections 0", true)]
    [TestCase("1", "num.io.threads", "3",
        "Dynamic thread count update validation failed for num.io.threads=3, value should be at least half the current value 8", true)]
    [TestCase("1", "num.io.threads", "17",
        "Dynamic thread count update validation failed for num.io.threads=17, value should not be greater than double the current value 8",
        true)]
    [TestCase("1", "num.network.threads", "7",
        "Dynamic thread count update validation failed for num.network.threads=7, value should not be greater than double the current "
        + "value 3", true)]
    [TestCase("1", "log.local.retention.ms", "604800001",
        "Invalid value 604800001 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: "
        + "604800000", true)]
    // Accepted.
    [TestCase("1", "log.cleaner.threads", "2", null)]
    [TestCase("", "log.retention.ms", "-1", null)]
    [TestCase("1", "num.io.threads", "16", null)]
    [TestCase("1", "num.io.threads", "4", null)]
    [TestCase("1", "max.connections", "1", null)]
    [TestCase("1", "a.plugin's.key", "x", null)]
    [TestCase("1", "listener.name.plaintext.ssl.keystore.location", "/k", null)]
    [TestCase("", "leader.replication.throttled.rate", "1", null)]
    public void A_change_is_refused_with_Kafkas_message(string broker, string key, string value, string? fault, bool isStep = false)
    {
        var validator = new DynamicConfigValidator(s_configuration, () => ConfigurationsImage.Empty);

        var actual = validator.Fault(Resource(broker), new Dictionary<string, string> { [key] = value });

        Assert.That(actual, Is.EqualTo(isStep ? Step(fault!) : fault));
    }

    [Test]
    public void A_step_starts_from_the_present_value()
    {
        var validator = new DynamicConfigValidator(s_configuration, () => Image("1", "num.io.threads", "16"));

        Assert.That(validator.Fault(Resource("1"), new Dictionary<string, string> { ["num.io.threads"] = "32" }), Is.Null);
        Assert.That(validator.Fault(Resource("1"), new Dictionary<string, string>()), Is.Null, "back to 8");
    }

    // A change of a key that concerns listeners is compared with the file, so each dynamic value of a listener that exists refuses it.
    [TestCase("listener.name.plaintext.sasl.kerberos.service.name", "max.connections", "7", true)]
    [TestCase("listener.name.plaintext.foo", "ssl.protocol", "TLSv1.2", true)]
    [TestCase("listener.name.plaintext.foo", "max.connections", "2147483647", false)]
    [TestCase("listener.name.plaintext.foo", "background.threads", "9", false)]
    [TestCase("listener.name.other.foo", "max.connections", "7", false)]
    [TestCase("listener.name.plaintext.max.connections", "max.connections", "7", false)]
    [TestCase("listener.name.plaintext.ssl.keystore.location", "max.connections", "7", false)]
    public void The_configuration_of_a_listener_that_exists_is_fixed(string present, string key, string value, bool isRefused)
    {
        var validator = new DynamicConfigValidator(s_configuration, () => Image("1", present, "6"));

        Assert.That(
            validator.Fault(Resource("1"), new Dictionary<string, string> { [present] = "6", [key] = value }),
            Is.EqualTo(isRefused ? Step("Configs cannot be updated dynamically for existing listener ListenerName(PLAINTEXT), restart "
                + "broker or create a new listener for update") : null));
    }

    [Test]
    public void The_values_of_the_other_level_count_too()
    {
        var validator = new DynamicConfigValidator(s_configuration, () => Image("1", "log.cleaner.threads", "2"));

        Assert.That(
            validator.Fault(Resource(""), new Dictionary<string, string> { ["log.cleaner.dedupe.buffer.size"] = "2097152" }),
            Is.EqualTo("requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."));
    }

    [Test]
    public void Stored_values_that_are_not_valid_are_ignored()
    {
        var validator = new DynamicConfigValidator(s_configuration, () => Image("", "background.threads", "0"));

        Assert.That(validator.Present(Resource("")), Is.Empty);
    }

    private static string Step(string fault) =>
        $"Invalid value org.apache.kafka.common.config.ConfigException: {fault} for configuration Invalid dynamic configuration";

    private static ConfigResource Resource(string broker) => new(ConfigResourceType.Broker, broker);

    private static ConfigurationsImage Image(string broker, string name, string value)
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        delta.Replay(new MetadataRecord(
            new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = broker, Name = name, Value = value }, 0));
        return delta.Apply(MetadataProvenance.Empty).Configs;
    }
}
