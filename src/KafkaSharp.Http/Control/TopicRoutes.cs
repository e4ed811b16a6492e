using System.Text.Json;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>Creates, fills and reads topics.</summary>
internal sealed class TopicRoutes(KafkaTestBroker kafka)
{
    private const int DefaultRecords = 1000;
    private const int MostRecords = 10_000;

    public IEnumerable<Route> All =>
    [
        new("GET", "/topics", ListAsync),
        new("POST", "/topics", CreateAsync),
        new("DELETE", "/topics/{topic}", DeleteAsync),
        new("GET", "/topics/{topic}/records", ReadAsync)
        {
            Parameters = ["partition", "fromOffset", "limit", "onlyCommitted", "waitFor", "timeout"],
        },
        new("POST", "/topics/{topic}/records", AppendAsync),
    ];

    private async Task<HttpResponse> ListAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var topics = await kafka.Topics.ListAsync(cancellation);
        return HttpResponse.Json(writer => writer.WriteTexts("topics", topics));
    }

    private async Task<HttpResponse> CreateAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var topic = JsonFields.Read(request, ReadTopic);
        await kafka.Topics.CreateAsync(topic.Name, topic.Partitions, topic.Configs, cancellation);
        return HttpResponse.Json(
            writer =>
            {
                writer.WriteString("name", topic.Name);
                writer.WriteNumber("partitions", topic.Partitions);
            },
            201);
    }

    private async Task<HttpResponse> DeleteAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        await kafka.Topics.DeleteAsync(path["topic"], cancellation);
        return HttpResponse.NoContent;
    }

    private async Task<HttpResponse> ReadAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var query = new QueryFields(request);
        var limit = Math.Min(query.WholeNumber("limit") ?? DefaultRecords, MostRecords);
        var topic = path["topic"];
        if (query.WholeNumber("waitFor") is { } count)
            await kafka.Topics.WaitForCountAsync(topic, count, query.Timeout(), cancellation);
        var records = await kafka.Topics.ReadPartAsync(
            topic, query.WholeNumber("partition"), query.LongNumber("fromOffset") ?? 0, limit + 1, query.Flag("onlyCommitted"),
            cancellation);
        return HttpResponse.Json(writer =>
        {
            writer.WriteObjects("records", records.Take(limit), RecordJson.WriteFields);
            writer.WriteBoolean("isTruncated", records.Count > limit);
        });
    }

    private async Task<HttpResponse> AppendAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var records = JsonFields.Read(
            request,
            json => new JsonFields("The body", json, "records").List("records").Select(record => RecordJson.Read(record)).ToList());
        if (records.Count == 0)
            throw new FormatException("The body needs 'records', and at least one");
        var appended = await kafka.Topics.AppendAsync(path["topic"], records, cancellation);
        return HttpResponse.Json(writer => writer.WriteObjects("records", appended, RecordJson.WriteFields), 201);
    }

    private static TestTopic ReadTopic(JsonElement json)
    {
        var fields = new JsonFields("A topic", json, "name", "partitions", "configs");
        Dictionary<string, string> configs = [];
        if (fields.Find("configs") is { } given)
        {
            if (given.ValueKind != JsonValueKind.Object)
                throw new FormatException("'configs' of a topic must be an object");
            foreach (var config in given.EnumerateObject())
            {
                configs[config.Name] = config.Value.ValueKind == JsonValueKind.String
                    ? config.Value.GetString()!
                    : config.Value.GetRawText();
            }
        }
        return new TestTopic(fields.NeedText("name"), fields.WholeNumber("partitions") ?? 1, configs);
    }
}
