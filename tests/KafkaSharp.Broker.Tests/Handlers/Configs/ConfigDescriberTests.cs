using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Handlers.Configs;

/// <summary>What DescribeConfigs shows of a broker and of all brokers, with values and sources as Apache Kafka 4.3.1 shows them.</summary>
internal sealed class ConfigDescriberTests
{
    private const string Cluster = "";
    private const string Node = "1";

    private Dictionary<string, string> _file = null!;
    private MetadataDelta _delta = null!;

    [SetUp]
    public void SetNothing()
    {
        _file = [];
        _delta = new MetadataDelta(MetadataImage.Empty);
    }

    [Test]
    public void The_former_name_of_the_node_id_is_shown_beside_it()
    {
        Assert.That(Text("node.id"), Is.EqualTo("1 read-only: node.id=1 StaticBroker"));
        Assert.That(Text("broker.id"), Is.EqualTo("1 read-only: broker.id=1 StaticBroker, broker.id=-1 Default"));
    }

    [Test]
    public void Internal_keys_are_hidden_unless_they_are_set()
    {
        _file["internal.metadata.delete.delay.millis"] = "5";
        var names = Describe().Broker().Select(config => config.Name).ToHashSet();

        Assert.That(names, Does.Not.Contain("group.consumer.regex.refresh.interval.ms"));
        Assert.That(names.Where(name => KnownBrokerConfigs.All.Any(key => key.Name == name && key.IsInternal)), Is.EqualTo(new[]
        {
            "internal.metadata.delete.delay.millis",
        }));
    }

    [Test]
    public void A_key_that_only_changes_at_run_time_is_shown_where_it_is_set()
    {
        Assert.That(Describe().Broker().Select(config => config.Name), Does.Not.Contain("leader.replication.throttled.rate"));

        Set(Node, "leader.replication.throttled.rate", "7");

        Assert.That(Text("leader.replication.throttled.rate"), Is.EqualTo("7: leader.replication.throttled.rate=7 DynamicBroker"));
    }

    [Test]
    public void A_key_of_a_listener_is_shown_with_the_key_that_it_overrides()
    {
        Set(Node, "listener.name.plaintext.max.connections", "5");
        Set(Cluster, "max.connections", "6");

        Assert.That(Text("listener.name.plaintext.max.connections"), Is.EqualTo(
            "5 read-only: listener.name.plaintext.max.connections=5 DynamicBroker, max.connections=6 DynamicDefaultBroker, "
            + "max.connections=2147483647 Default"));
    }

    [Test]
    public void A_key_that_nobody_knows_does_not_show_its_value()
    {
        Set(Node, "a.plugin's.key", "secret");

        Assert.That(Text("a.plugin's.key"), Is.EqualTo("null read-only: a.plugin's.key=null DynamicBroker"));
    }

    [Test]
    public void The_values_of_each_level_and_of_the_synonyms_are_listed_in_their_precedence()
    {
        _file["log.retention.hours"] = "2";
        Set(Cluster, "log.retention.ms", "3000");

        Assert.That(Text("log.retention.ms"), Is.EqualTo(
            "3000: log.retention.ms=3000 DynamicDefaultBroker, log.retention.hours=2 StaticBroker, log.retention.hours=168 Default"));

        Set(Node, "log.retention.ms", "0400");

        Assert.That(Text("log.retention.ms"), Does.StartWith(
            "400: log.retention.ms=0400 DynamicBroker, log.retention.ms=3000 DynamicDefaultBroker"));
    }

    [Test]
    public void All_brokers_show_only_what_is_set_for_all()
    {
        Set(Cluster, "background.threads", "11");
        Set(Node, "background.threads", "12");

        Assert.That(Describe().BrokerDefaults().Select(Show), Is.EqualTo(new[]
        {
            "background.threads 11: background.threads=11 DynamicDefaultBroker",
        }));
    }

    private string Text(string name) =>
        Show(Describe().Broker().Single(config => config.Name == name))[(name.Length + 1)..];

    private static string Show(DescribeConfigsResponse.DescribeConfigsResourceResult config) =>
        $"{config.Name} {config.Value ?? "null"}{(config.ReadOnly ? " read-only" : "")}: "
        + string.Join(", ", config.Synonyms.Select(value => $"{value.Name}={value.Value ?? "null"} {(ConfigSource)value.Source}"));

    private ConfigDescriber Describe() => new(
        TestBroker.Configuration([.. _file.Select(entry => (entry.Key, entry.Value))]), _delta.Apply(MetadataProvenance.Empty).Configs,
        includeSynonyms: true, includeDocumentation: false);

    private void Set(string broker, string name, string value) => _delta.Replay(new MetadataRecord(
        new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = broker, Name = name, Value = value }, 0));
}
