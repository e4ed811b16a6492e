using System.Text;
using System.Text.Json;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>
/// Compares the response of each API to a failed handler with the one that Kafka 4.3.1's classes make for UNKNOWN_SERVER_ERROR and the same
/// request (getErrorResponse), in every supported version.
/// </summary>
public sealed class ErrorResponseTests
{
    [Test]
    public async Task Failures_have_the_responses_of_Kafka()
    {
        await using var broker = await TestBroker.StartAsync();
        var endpoint = new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 1);
        var connection = new Connection(
            1, new ListenerOptions(endpoint), MemoryTransport.CreatePair().Server, DispatcherOf(broker), TimeProvider.System, broker.Log);
        var session = new ClientSession(connection, TestServices.Create());
        var wrong = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var checkedCases = 0;
        foreach (var line in Vectors.Lines("error-responses.jsonl.gz"))
        {
            var vector = JsonDocument.Parse(line).RootElement;
            var (key, version) = (vector.GetProperty("apiKey").GetInt16(), vector.GetProperty("version").GetInt16());
            if (broker.Broker.ApiTable.Find(ApiListeners.Broker, key) is not { } route || !route.Serves(version)
                || !vector.TryGetProperty("response", out var expected))
                continue;
            checkedCases++;
            var context = new RequestContext(session, route.ApiKey, version, 1, null);
            var actual = Respond(route, context, Convert.FromHexString(vector.GetProperty("request").GetString()!));
            var (given, wanted) = (WithoutMessages(actual), WithoutMessages(expected.GetString() ?? "closed"));
            // The order of Kafka's response to these two is that of a hash map.
            if (route.ApiKey is ApiKey.Produce or ApiKey.WriteTxnMarkers ? !given.Order().SequenceEqual(wanted.Order()) : given != wanted)
            {
                if (!wrong.TryGetValue($"{route.ApiKey}", out var list))
                    wrong[$"{route.ApiKey}"] = list = [];
                list.Add($"v{version} {vector.GetProperty("case").GetString()}: {actual} instead of {expected}");
            }
        }

        Assert.That(checkedCases, Is.GreaterThan(100));
        Assert.That(string.Join('\n', wrong.Select(w => $"{w.Key}: {w.Value.Count} wrong, such as {w.Value[^1]}")), Is.Empty);
    }

    private static string Respond(ApiRoute route, RequestContext context, byte[] request)
    {
        var handling = route.Handle(context, request, ErrorCode.UnknownServerError, NullLogger.Instance);
        if (handling.CloseReason is { } reason)
            return reason;
        using var frame = handling.Response.AsTask().GetAwaiter().GetResult()!;
        return frame.ClosesConnection
            ? "closed"
            : Convert.ToHexStringLower(frame.ToArray().AsSpan(8 + route.Range.ResponseHeaderVersion(context.ApiVersion)));
    }

    // The sentences are each broker's own, and whether there is one at all is Kafka's whim.
    private static string WithoutMessages(string hex)
    {
        foreach (var message in new[] { "The server experienced an unexpected error when processing the request.",
            ErrorCode.UnknownServerError.Message() })
        {
            var text = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(message));
            hex = hex.Replace($"{message.Length + 1:x2}{text}", "00").Replace($"{message.Length:x4}{text}", "ffff");
        }
        return hex;
    }

    private static RequestDispatcher DispatcherOf(TestBroker broker) => new(broker.Broker.ApiTable, TestServices.Create(), broker.Log);
}
