using System.Net;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>What is advertised of a listener, and what Kafka 4.3.1 refuses to advertise: seen on the genuine broker.</summary>
internal sealed class AdvertisedEndpointsTests
{
    private const string Refusal = "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.";

    [TestCase("PLAINTEXT://0.0.0.0:9092", null)]
    [TestCase("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://0.0.0.0:9092")]
    [TestCase("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://0.0.0.0:9093")]
    public void Every_address_is_nothing_to_connect_to(string listeners, string? advertised) =>
        Assert.That(() => Load(listeners, advertised), Throws.InstanceOf<BrokerStartException>().With.Message.StartsWith(Refusal));

    [TestCase("PLAINTEXT://0.0.0.0:9092", "PLAINTEXT://kafka.example:19092", "kafka.example:19092")]
    [TestCase("PLAINTEXT://127.0.0.1:9092", null, "127.0.0.1:9092")]
    public void A_listener_advertises_what_is_configured_or_where_it_is(string listeners, string? advertised, string expected)
    {
        var configuration = Load(listeners, advertised);
        var endpoint = AdvertisedEndpoints.Of(configuration, configuration.Listeners[0]);
        Assert.That($"{endpoint.Host}:{endpoint.Port}", Is.EqualTo(expected));
    }

    [TestCase("PLAINTEXT://:9092", null)]
    [TestCase("PLAINTEXT://[::]:9092", null)]
    [TestCase("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://[::]:9092")]
    [TestCase("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://:9092")]
    public void No_host_is_the_machine_by_its_name(string listeners, string? advertised)
    {
        var configuration = Load(listeners, advertised);
        var host = AdvertisedEndpoints.Of(configuration, configuration.Listeners[0]).Host!;
        Assert.That(host, Is.Not.EqualTo("::"));
        Assert.That(Dns.GetHostAddresses(host), Is.Not.Empty);
    }

    [Test]
    public void A_controller_listener_on_every_address_is_the_machine_by_its_name()
    {
        var configuration = Load("PLAINTEXT://127.0.0.1:9092", null, controller: "0.0.0.0");
        Assert.That(AdvertisedEndpoints.Of(configuration, configuration.Listeners[1]).Host, Is.Not.EqualTo("0.0.0.0"));
    }

    private static BrokerConfiguration Load(string listeners, string? advertised, string controller = "127.0.0.1")
    {
        var overrides = new Dictionary<string, string>
        {
            ["listeners"] = $"{listeners},CONTROLLER://{controller}:9093",
            ["controller.listener.names"] = "CONTROLLER",
        };
        if (advertised is not null)
            overrides["advertised.listeners"] = advertised;
        return BrokerConfiguration.Load(null, overrides);
    }
}
