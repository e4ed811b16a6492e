using System.Text.Json;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>
/// The reaction of a genuine broker to broken requests, per connection: responses with these correlation ids, or closed. The bodies of
/// responses are not compared; they are empty here.
/// </summary>
public sealed class GenuineGarbageTests
{
    private static readonly ApiTable s_table = new(
        ApiRoute.For(new StubHandler<ProduceRequest, ProduceResponse>(), overlaps: true),
        ApiRoute.For(new StubHandler<FetchRequest, FetchResponse>()),
        ApiRoute.For(new StubHandler<MetadataRequest, MetadataResponse>()),
        ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>()),
        ApiRoute.For(new StubHandler<VoteRequest, VoteResponse>()),
        ApiRoute.For(new StubHandler<ApiVersionsRequest, ApiVersionsResponse>()));

    [TestCaseSource(nameof(Conversations))]
    public async Task Broken_requests_end_as_they_do_in_Kafka(bool controller, string[] requests, string?[] responses)
    {
        using var fixture = new DispatcherFixture(s_table, controller);
        foreach (var request in requests)
            await fixture.SendAsync(Convert.FromHexString(request));

        foreach (var expected in responses)
        {
            var response = await fixture.ReadAsync();
            if (expected is null)
                Assert.That(response, Is.Null, "closed");
            else
                Assert.That(Convert.ToHexStringLower(response ?? []), Does.StartWith(expected[..8]), "correlation id");
        }

        if (responses[^1] is null)
        {
            await fixture.Connection.Completion;
            Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1), "one line");
        }
        else
            Assert.That(fixture.Log.Warnings, Is.Empty);
    }

    [TestCase("0012007f0000000500016300", "00000005002300000001001200000004")]
    [TestCase("00120005000000060001630004616263023100", "00000006002300000001001200000004")]
    public async Task ApiVersions_in_a_future_version_has_a_response_in_version_0(string request, string response)
    {
        using var fixture = new DispatcherFixture(s_table);

        Assert.That(Convert.ToHexStringLower((await fixture.AskAsync(Convert.FromHexString(request)))!), Is.EqualTo(response));
        Assert.That(await fixture.AskAsync(Convert.FromHexString("00120003000000010003726177000b7261772d636c69656e7404312e3000")),
            Is.Not.Null);
    }

    public static IEnumerable<TestCaseData> Conversations()
    {
        foreach (var file in new[] { "garbage", "api-versions" })
        {
            if (Vectors.TryFind($"conversations/{file}.jsonl.gz") is null)
                continue;
            var frames = Vectors.Lines($"conversations/{file}.jsonl.gz").Select(line => JsonDocument.Parse(line).RootElement).ToList();
            foreach (var connection in frames.GroupBy(frame => frame.GetProperty("conn").GetInt32()))
            {
                var requests = Hex(connection, "request");
                var responses = Hex(connection, "response");
                if (requests.Length == 0
                    || connection.Any(frame => frame.TryGetProperty("api", out var api) && api.GetString() == "BrokerHeartbeat"))
                    continue;
                IEnumerable<string?> ending = responses.Length == requests.Length ? [] : [null];
                string?[] expected = [.. responses, .. ending];
                var controller = connection.First().GetProperty("listener").GetString() == "CONTROLLER";
                yield return new TestCaseData(controller, requests, expected).SetArgDisplayNames(file, $"connection {connection.Key}");
            }
        }
    }

    private static string[] Hex(IEnumerable<JsonElement> frames, string direction) =>
    [
        .. frames.Where(frame => frame.GetProperty("dir").GetString() == direction && frame.TryGetProperty("hex", out _))
            .Select(frame => frame.GetProperty("hex").GetString()!),
    ];
}
