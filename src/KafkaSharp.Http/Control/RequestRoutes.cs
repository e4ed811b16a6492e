using System.Globalization;
using System.Text.Json;
using KafkaSharp.Http.Routing;
using KafkaSharp.Protocol;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Http.Control;

/// <summary>Shows the requests that clients have sent.</summary>
internal sealed class RequestRoutes(KafkaTestBroker kafka)
{
    private const int DefaultRequests = 1000;
    private const int MostRequests = 10_000;

    public IEnumerable<Route> All =>
    [
        new("GET", "/requests", (request, _, _) => Task.FromResult(List(request)))
        {
            Parameters = ["api", "clientId", "topic", "group", "limit"],
        },
        new("DELETE", "/requests", (_, _, _) => Task.FromResult(Clear())),
    ];

    private HttpResponse List(HttpRequest request)
    {
        var query = new QueryFields(request);
        var limit = Math.Min(query.WholeNumber("limit") ?? DefaultRequests, MostRequests);
        var (api, clientId, topic, group) = (ApiOf(query.Text("api")), query.Text("clientId"), query.Text("topic"), query.Text("group"));
        var fitting = kafka.Requests.All.Where(served =>
            (api is null || served.Api == api)
            && (clientId is null || served.ClientId == clientId)
            && (topic is null || served.Topics.Any(named => named.Name == topic))
            && (group is null || served.Groups.Contains(group))).ToList();
        return HttpResponse.Json(writer =>
        {
            // The latest ones.
            writer.WriteObjects("requests", fitting.TakeLast(limit), Write);
            writer.WriteBoolean("isTruncated", fitting.Count > limit);
        });
    }

    private HttpResponse Clear()
    {
        kafka.Requests.Clear();
        return HttpResponse.NoContent;
    }

    private static ApiKey? ApiOf(string? name) => name is null ? null
        : Enum.GetValues<ApiKey>().Cast<ApiKey?>().FirstOrDefault(api => name.Equals(api.ToString(), StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"There is no API '{name}'. Known: {string.Join(", ", Enum.GetNames<ApiKey>())}");

    private static void Write(Utf8JsonWriter writer, RecordedRequest request)
    {
        writer.WriteNumber("number", request.Number);
        writer.WriteString("time", request.Time.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("api", request.Api.ToString());
        writer.WriteNumber("version", request.Version);
        writer.WriteString("clientId", request.ClientId);
        writer.WriteNumber("connection", request.ConnectionId);
        writer.WriteObjects("topics", request.Topics, Write);
        writer.WriteTexts("groups", request.Groups);
    }

    private static void Write(Utf8JsonWriter writer, RecordedTopic topic)
    {
        writer.WriteString("name", topic.Name);
        writer.WriteStartArray("partitions");
        foreach (var partition in topic.Partitions)
            writer.WriteNumberValue(partition);
        writer.WriteEndArray();
    }
}
