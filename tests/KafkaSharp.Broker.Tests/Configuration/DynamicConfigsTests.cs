using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Network;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Configuration;

[TestFixture]
internal sealed class DynamicConfigsTests
{
    private readonly BrokerConfiguration _configuration =
        BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode(("max.connections", "3")));

    [Test]
    public void A_brokers_own_value_stands_over_the_clusters_and_that_over_the_files()
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        Set(delta, "", "max.connections", "4");
        Set(delta, "", "max.connections.per.ip", "2000");
        Set(delta, "1", "max.connections", "5");
        Set(delta, "2", "max.connections", "6");

        var values = DynamicConfigs.Merge(_configuration, delta.Apply(MetadataProvenance.Empty).Configs);

        Assert.That(values.Get(NetworkConfigs.MaxConnections), Is.EqualTo(5));
        Assert.That(values.Get(NetworkConfigs.MaxConnectionsPerIp), Is.EqualTo(2000));
        Assert.That(values.Get(BrokerConfigs.NodeId), Is.EqualTo(1));
    }

    [Test]
    public void Nothing_dynamic_leaves_the_file()
    {
        var values = DynamicConfigs.Merge(_configuration, ConfigurationsImage.Empty);

        Assert.That(values.Get(NetworkConfigs.MaxConnections), Is.EqualTo(3));
    }

    [Test]
    public void A_stored_value_that_cannot_be_set_dynamically_is_ignored()
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        Set(delta, "1", "num.partitions", "5");
        Set(delta, "1", "max.connections", "many");

        var values = DynamicConfigs.Merge(_configuration, delta.Apply(MetadataProvenance.Empty).Configs);

        Assert.That(values.Get(MetadataConfigs.NumPartitions), Is.EqualTo(1));
        Assert.That(values.Get(NetworkConfigs.MaxConnections), Is.EqualTo(3));
    }

    private static void Set(MetadataDelta delta, string broker, string name, string value) =>
        delta.Replay(new MetadataRecord(
            new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = broker, Name = name, Value = value }, 0));
}
