using KafkaSharp.Network.Endpoints;

namespace KafkaSharp.Network.Tests.Endpoints;

/// <summary>The results and sentences are those of a genuine 4.3.1 (SocketServerConfigs).</summary>
public sealed class EndpointTests
{
    private static readonly IReadOnlyDictionary<string, SecurityProtocol> s_protocols = Endpoint.ParseProtocolMap(
        NetworkConfigs.ListenerSecurityProtocolMap.Default + ",external:plaintext");

    [TestCase("PLAINTEXT://:9092", "PLAINTEXT", SecurityProtocol.Plaintext, null, 9092)]
    [TestCase("plaintext://localhost:9092", "PLAINTEXT", SecurityProtocol.Plaintext, "localhost", 9092)]
    [TestCase("PLAINTEXT://[::1]:9092", "PLAINTEXT", SecurityProtocol.Plaintext, "::1", 9092)]
    [TestCase("PLAINTEXT://::1:5", "PLAINTEXT", SecurityProtocol.Plaintext, "::1", 5)]
    [TestCase("PLAINTEXT://0.0.0.0:0", "PLAINTEXT", SecurityProtocol.Plaintext, "0.0.0.0", 0)]
    [TestCase("EXTERNAL://:1", "EXTERNAL", SecurityProtocol.Plaintext, null, 1)]
    [TestCase("external://a.b:3", "EXTERNAL", SecurityProtocol.Plaintext, "a.b", 3)]
    [TestCase("SASL_SSL://h_x:1", "SASL_SSL", SecurityProtocol.SaslSsl, "h_x", 1)]
    [TestCase("PLAINTEXT://h:-1", "PLAINTEXT", SecurityProtocol.Plaintext, "h", -1)]
    public void Listeners_are_parsed_as_in_Kafka(string text, string name, SecurityProtocol protocol, string? host, int port) =>
        Assert.That(Endpoint.Parse(text, s_protocols), Is.EqualTo(new Endpoint(name, protocol, host, port)));

    [TestCase("abc", "Unable to parse abc to a broker endpoint")]
    [TestCase("", "Unable to parse  to a broker endpoint")]
    [TestCase("PLAINTEXT://host", "Unable to parse PLAINTEXT://host to a broker endpoint")]
    [TestCase("PLAINTEXT://h:1x", "Unable to parse PLAINTEXT://h:1x to a broker endpoint")]
    [TestCase("PLAINTEXT://h:99999999999", "For input string: \"99999999999\"")]
    [TestCase("FOO://h:1", "No security protocol defined for listener FOO")]
    [TestCase(" PLAINTEXT://h:1", "No security protocol defined for listener  PLAINTEXT")]
    [TestCase("://h:1", "The provided listener name is null or empty string")]
    public void What_is_no_listener_is_refused_with_Kafkas_sentence(string text, string sentence) =>
        Assert.That(() => Endpoint.Parse(text, s_protocols), Throws.TypeOf<FormatException>().With.Message.EqualTo(sentence));

    [TestCase("PLAINTEXT://:9092")]
    [TestCase("EXTERNAL://[::1]:9092")]
    public void An_endpoint_prints_as_it_is_written(string text) =>
        Assert.That(Endpoint.Parse(text, s_protocols).ToString(), Is.EqualTo(text));
}
