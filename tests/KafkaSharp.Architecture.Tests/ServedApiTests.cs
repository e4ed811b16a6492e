using System.Text;
using KafkaSharp.Broker;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Architecture.Tests;

/// <summary>What is served is what the table says, on the wire and in docs/protocol-support.md. A broker in memory is asked.</summary>
internal sealed class ServedApiTests
{
    private TestBroker _broker = null!;

    [OneTimeSetUp]
    public async Task StartBroker() => _broker = await TestBroker.StartAsync(
        ("listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0"), ("controller.listener.names", "CONTROLLER"));

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [TestCase(ApiListeners.Broker)]
    [TestCase(ApiListeners.Controller)]
    public void Every_route_lies_within_what_Kafka_has(ApiListeners listener)
    {
        Assert.Multiple(() =>
        {
            foreach (var route in _broker.Broker.ApiTable.Routes(listener))
            {
                Assert.That(route.Range.Exists, $"{route.ApiKey} is a removed API");
                Assert.That(route.LowestVersion, Is.GreaterThanOrEqualTo(route.Range.Lowest), $"lowest version of {route.ApiKey}");
                Assert.That(route.HighestVersion, Is.InRange(route.LowestVersion, route.Range.HighestStable),
                    $"highest version of {route.ApiKey}");
                Assert.That(route.Range.Listeners.HasFlag(listener), $"{route.ApiKey} is not served on a {listener} listener by Kafka");
            }
        });
    }

    [TestCase("PLAINTEXT", ApiListeners.Broker)]
    [TestCase("CONTROLLER", ApiListeners.Controller)]
    public async Task ApiVersions_lists_exactly_the_table(string listenerName, ApiListeners listener)
    {
        using var client = await RawClient.ConnectAsync(_broker.Broker.EndPoints[listenerName]);
        var response = await client.SendAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "architecture", ClientSoftwareVersion = "1" }, 4);
        var listed = response.ApiKeys.OrderBy(a => a.ApiKey).Select(a => ((ApiKey)a.ApiKey, a.MinVersion, a.MaxVersion));
        // Produce says 0 for librdkafka's sake, as the genuine broker does (KAFKA-18659).
        var served = _broker.Broker.ApiTable.Routes(listener)
            .Select(route => (route.ApiKey, route.ApiKey == ApiKey.Produce ? (short)0 : route.LowestVersion, route.HighestVersion));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(listed, Is.EqualTo(served));
    }

    [Test]
    public void The_document_lists_the_table()
    {
        var text = new StringBuilder()
            .AppendLine("# Protocol support")
            .AppendLine()
            .AppendLine(GeneratedDocument.Notice)
            .AppendLine()
            .AppendLine("Every API of Apache Kafka 4.3 with the versions Kafka has and those served here, on the listeners for clients " +
                "(broker) and on the controller's.")
            .AppendLine()
            .AppendLine("| key | API | Kafka 4.3 | broker | controller |")
            .AppendLine("|---:|---|---|---|---|");
        var (served, all) = (0, 0);
        foreach (var range in ApiVersionRanges.All)
        {
            if (!range.Exists)
                continue;
            all++;
            var (broker, controller) = (Versions(ApiListeners.Broker, range), Versions(ApiListeners.Controller, range));
            served += broker.Contains('`') || controller.Contains('`') ? 1 : 0;
            text.AppendLine(
                $"| {(short)range.ApiKey} | {range.ApiKey} | {Between(range.Lowest, range.HighestStable)} | {broker} | {controller} |");
        }
        text.AppendLine().AppendLine($"Served: {served} of {all}. – is a listener on which Kafka does not serve the API either.");
        GeneratedDocument.Verify("protocol-support.md", text.Replace("\r\n", "\n").ToString());
    }

    private string Versions(ApiListeners listener, ApiVersionRange range)
    {
        if (_broker.Broker.ApiTable.Find(listener, (short)range.ApiKey) is { } route)
            return $"`{Between(route.LowestVersion, route.HighestVersion)}`";
        return range.Listeners.HasFlag(listener) ? "no" : "–";
    }

    private static string Between(short lowest, short highest) =>
        lowest == highest ? $"{lowest}" : highest < lowest ? "unstable" : $"{lowest}-{highest}";
}
