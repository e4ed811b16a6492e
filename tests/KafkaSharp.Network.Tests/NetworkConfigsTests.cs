using System.Net;
using System.Text.Json;
using KafkaSharp.Configuration;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Network.Tests;

public sealed class NetworkConfigsTests
{
    [Test]
    public void Keys_are_declared_as_Kafka_has_them()
    {
        var genuine = JsonDocument.Parse(File.ReadAllText(Vectors.Find("configs.json"))).RootElement.GetProperty("broker").EnumerateArray()
            .ToDictionary(config => config.GetProperty("name").GetString()!);

        Assert.Multiple(() =>
        {
            foreach (var key in NetworkConfigs.All)
            {
                var config = genuine[key.Name];
                Assert.That(key.Type.ToString(), Is.EqualTo(config.GetProperty("type").GetString()).IgnoreCase, key.Name);
                var expected = config.TryGetProperty("default", out var text) ? text.GetString() : null;
                Assert.That(key.DefaultText, Is.EqualTo(expected), key.Name);
                Assert.That(ModeName(key.UpdateMode), Is.EqualTo(config.GetProperty("updateMode").GetString()), key.Name);
            }
        });
    }

    [Test]
    public void A_controller_listener_of_any_name_is_plaintext_where_no_map_is_set()
    {
        var values = Values(("listeners", "PLAINTEXT://:1,CONTROLLER://:2"), ("controller.listener.names", "CONTROLLER"));

        Assert.That(ListenerEndpoints.Of(values, NetworkConfigs.Listeners), Is.EqualTo(new[]
        {
            new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, null, 1), new Endpoint("CONTROLLER", SecurityProtocol.Plaintext, null, 2),
        }));
    }

    [Test]
    public void A_controller_listener_needs_the_map_where_TLS_or_SASL_is_in_use()
    {
        var values = Values(("listeners", "SSL://:1,CONTROLLER://:2"), ("controller.listener.names", "CONTROLLER"));

        Assert.That(() => ListenerEndpoints.Of(values, NetworkConfigs.Listeners),
            Throws.TypeOf<ConfigException>().With.Message.Contains("No security protocol defined for listener CONTROLLER"));
    }

    [Test]
    public void Endpoints_come_from_the_values()
    {
        var values = Values(("listeners", "A://:1,B://[::1]:2"), ("listener.security.protocol.map", "A:PLAINTEXT,B:SASL_SSL"));

        Assert.That(ListenerEndpoints.Of(values, NetworkConfigs.Listeners), Is.EqualTo(new[]
        {
            new Endpoint("A", SecurityProtocol.Plaintext, null, 1), new Endpoint("B", SecurityProtocol.SaslSsl, "::1", 2),
        }));
        Assert.That(ListenerEndpoints.Of(values, NetworkConfigs.AdvertisedListeners), Is.Empty);
    }

    [Test]
    public void A_listener_that_can_not_be_parsed_is_one_sentence()
    {
        var values = Values(("listeners", "A://:1"));

        Assert.That(() => ListenerEndpoints.Of(values, NetworkConfigs.Listeners), Throws.TypeOf<ConfigException>().With.Message.EqualTo(
            "Invalid value A://:1 for configuration listeners: No security protocol defined for listener A"));
    }

    [Test]
    public void Limits_of_single_addresses_win()
    {
        var limits = ConnectionLimits.From(Values(
            ("max.connections.per.ip", "0"), ("max.connections.per.ip.overrides", "127.0.0.1:5,::1:7"), ("max.connections", "9")));

        Assert.That((limits.MaxConnections, limits.MaxFor(IPAddress.Loopback), limits.MaxFor(IPAddress.IPv6Loopback), limits.MaxFor(
            IPAddress.Any)),
            Is.EqualTo((9, 5, 7, 0)));
    }

    [Test]
    public void No_connections_from_anywhere_is_refused() =>
        Assert.That(() => ConnectionLimits.From(Values(("max.connections.per.ip", "0"))), Throws.TypeOf<ConfigException>());

    [Test]
    public void A_listener_has_a_limit_of_its_own_under_its_name_in_lower_case()
    {
        var values = Values(("max.connections", "9"), ("listener.name.internal.max.connections", "3"));

        Assert.That(ListenerOptions.From(new Endpoint("INTERNAL", SecurityProtocol.Plaintext, null, 1), values).MaxConnections, Is.EqualTo(
            3));
        Assert.That(ListenerOptions.From(new Endpoint("A", SecurityProtocol.Plaintext, null, 1), values).MaxConnections, Is.EqualTo(
            int.MaxValue));
    }

    [Test]
    public void Socket_buffers_are_the_systems_unless_they_are_set()
    {
        var endpoint = new Endpoint("A", SecurityProtocol.Plaintext, null, 1);

        Assert.That(ListenerOptions.From(endpoint, ConfigValues.Empty).SendBufferBytes, Is.EqualTo(-1));
        Assert.That(ListenerOptions.From(endpoint, Values(("socket.send.buffer.bytes", "5000"))).SendBufferBytes, Is.EqualTo(5000));
    }

    private static ConfigValues Values(params (string Name, string Value)[] given) => ConfigValues.Parse(
        new ConfigSchema(NetworkConfigs.All), given.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static string ModeName(ConfigUpdateMode mode) => mode switch
    {
        ConfigUpdateMode.PerBroker => "per-broker",
        ConfigUpdateMode.ClusterWide => "cluster-wide",
        _ => "read-only",
    };
}
