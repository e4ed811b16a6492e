using System.Text.Json;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Handlers.Groups;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Handlers.Groups;

internal sealed class FindCoordinatorHandlerTests
{
    /// <summary>All versions and key types, but the share coordinator's own, which is not served.</summary>
    [Test]
    public async Task Every_response_has_the_bytes_of_the_genuine_broker()
    {
        var locator = new FixedLocator(ErrorCode.None, new NodeEndpoint("PLAINTEXT", "127.0.0.1", 23110, 0));
        using var fixture = new DispatcherFixture(new ApiTable(ApiRoute.For(new FindCoordinatorHandler(locator))));
        var frames = Vectors.Lines("conversations/coordinator-raw.jsonl.gz").Select(line => JsonDocument.Parse(line).RootElement)
            .Where(frame => frame.TryGetProperty("api", out var api) && api.GetString() == "FindCoordinator").ToList();
        var compared = 0;
        for (var i = 0; i + 1 < frames.Count; i += 2)
        {
            var request = frames[i];
            if (request.GetProperty("version").GetInt32() == 6 && request.GetProperty("json").GetProperty("keyType").GetInt32() == 2)
                continue;
            var response = await fixture.AskAsync(Convert.FromHexString(request.GetProperty("hex").GetString()!));
            Assert.That(Convert.ToHexStringLower(response!), Is.EqualTo(frames[i + 1].GetProperty("hex").GetString()), request.GetProperty(
                "json").GetRawText());
            compared++;
        }
        Assert.That(compared, Is.EqualTo(24));
    }

    [Test]
    public async Task A_coordinator_that_does_not_exist_yet_is_reported_as_no_node()
    {
        using var fixture = new DispatcherFixture(
            new ApiTable(ApiRoute.For(new FindCoordinatorHandler(new FixedLocator(ErrorCode.CoordinatorNotAvailable, null)))));
        // FindCoordinator v4, correlation id 1, no client id, one key "g" of a group.
        var response = await fixture.AskAsync(Convert.FromHexString("000a000400000001ffff0000020267" + "00"));
        // No throttling, one coordinator: "g", node -1, host "", port -1, error 15, message "".
        Assert.That(Convert.ToHexStringLower(response!), Is.EqualTo(
            "00000001" + "00" + "00000000" + "02" + "0267" + "ffffffff" + "01" + "ffffffff" + "000f" + "01" + "00" + "00"));
    }

    private sealed class FixedLocator(ErrorCode error, NodeEndpoint? endpoint) : ICoordinatorLocator
    {
        public ValueTask<(ErrorCode Error, int NodeId, NodeEndpoint? Endpoint)> FindAsync(
            CoordinatorType type, string key, string listenerName) =>
            new((error, endpoint is null ? -1 : 1, endpoint));
    }
}
