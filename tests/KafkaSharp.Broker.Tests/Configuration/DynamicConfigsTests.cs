using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Configuration;

[TestFixture]
internal sealed class DynamicConfigsTests
{
    private readonly BrokerConfiguration _configuration =
        BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode(("num.partitions", "3")));

    [Test]
    public void A_brokers_own_value_stands_over_the_clusters_and_that_over_the_files()
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        Set(delta, "", "num.partitions", "4");
        Set(delta, "", "fetch.max.bytes", "2000");
        Set(delta, "1", "num.partitions", "5");
        Set(delta, "2", "num.partitions", "6");

        var values = DynamicConfigs.Merge(_configuration, delta.Apply(MetadataProvenance.Empty).Configs);

        Assert.That(values.Get(MetadataConfigs.NumPartitions), Is.EqualTo(5));
        Assert.That(values.Get(BrokerConfigs.FetchMaxBytes), Is.EqualTo(2000));
        Assert.That(values.Get(BrokerConfigs.NodeId), Is.EqualTo(1));
    }

    [Test]
    public void Nothing_dynamic_leaves_the_file()
    {
        var values = DynamicConfigs.Merge(_configuration, ConfigurationsImage.Empty);

        Assert.That(values.Get(MetadataConfigs.NumPartitions), Is.EqualTo(3));
    }

    private static void Set(MetadataDelta delta, string broker, string name, string value) =>
        delta.Replay(new MetadataRecord(
            new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = broker, Name = name, Value = value }, 0));
}
