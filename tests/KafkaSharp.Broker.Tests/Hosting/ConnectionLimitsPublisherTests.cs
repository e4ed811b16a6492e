using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Broker.Tests.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

[TestFixture]
internal sealed class ConnectionLimitsPublisherTests
{
    private readonly BrokerConfiguration _configuration =
        BrokerConfiguration.Load(BrokerConfigurationTests.SingleNode(("max.connections", "30")));

    [Test]
    public void Limits_follow_the_configuration_there_and_back()
    {
        var limits = ConnectionLimits.From(_configuration.Values);
        var publisher = new ConnectionLimitsPublisher(_configuration, [limits], new CollectingLogger());

        var image = Publish(publisher, MetadataImage.Empty, ("max.connections", "40"), ("max.connections.per.ip", "4"));
        Assert.That((limits.MaxConnections, limits.MaxConnectionsPerIp), Is.EqualTo((40, 4)));
        Publish(publisher, image, ("max.connections", null));
        Assert.That((limits.MaxConnections, limits.MaxConnectionsPerIp), Is.EqualTo((30, 4)));
    }

    [Test]
    public void Invalid_limits_are_logged_and_not_applied()
    {
        var limits = ConnectionLimits.From(_configuration.Values);
        var log = new CollectingLogger();

        Publish(new ConnectionLimitsPublisher(_configuration, [limits], log), MetadataImage.Empty,
            ("max.connections.per.ip.overrides", "nonsense"));

        Assert.That(limits.MaxConnections, Is.EqualTo(30));
        Assert.That(log.Warnings, Has.Count.EqualTo(1).And.One.Contains("host:count"));
    }

    private static MetadataImage Publish(
        ConnectionLimitsPublisher publisher, MetadataImage from, params (string Name, string? Value)[] changes)
    {
        var delta = new MetadataDelta(from);
        foreach (var (name, value) in changes)
        {
            delta.Replay(new MetadataRecord(
                new ConfigRecord { ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = "", Name = name, Value = value }, 0));
        }
        var image = delta.Apply(MetadataProvenance.Empty);
        publisher.OnMetadataUpdate(delta, image);
        return image;
    }
}
