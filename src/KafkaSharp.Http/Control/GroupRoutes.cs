using System.Text.Json;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>Shows groups, waits for them, and ends the sessions of their members.</summary>
internal sealed class GroupRoutes(KafkaTestBroker kafka)
{
    public IEnumerable<Route> All =>
    [
        new("GET", "/groups", ListAsync),
        new("GET", "/groups/{group}", ShowAsync) { Parameters = ["stableMembers", "consumed", "timeout"] },
        new("GET", "/groups/{group}/explanation", ExplainAsync) { Parameters = ["topic"] },
        new("POST", "/groups/{group}/expire-sessions", ExpireAsync) { Parameters = ["clientId"] },
    ];

    private async Task<HttpResponse> ListAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var groups = await kafka.Groups.ListAsync(cancellation);
        return HttpResponse.Json(writer => writer.WriteTexts("groups", groups));
    }

    private async Task<HttpResponse> ShowAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var query = new QueryFields(request);
        var id = path["group"];
        if (query.WholeNumber("stableMembers") is { } members)
            await kafka.Groups.WaitUntilStableAsync(id, members, query.Timeout(), cancellation);
        if (query.Text("consumed") is { } topic)
            await kafka.Groups.WaitUntilConsumedAsync(id, topic, query.Timeout(), cancellation);
        var group = await kafka.Groups.DescribeAsync(id, cancellation);
        return HttpResponse.Json(writer => Write(writer, group));
    }

    private async Task<HttpResponse> ExplainAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var topic = new QueryFields(request).Text("topic");
        var explanation = await kafka.Groups.ExplainAsync(path["group"], topic, cancellation);
        return HttpResponse.Json(writer => writer.WriteString("explanation", explanation));
    }

    private async Task<HttpResponse> ExpireAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var clientId = new QueryFields(request).Text("clientId");
        var expired = await kafka.Groups.ExpireSessionsAsync(path["group"], clientId, cancellation);
        return HttpResponse.Json(writer => writer.WriteNumber("expired", expired));
    }

    private static void Write(Utf8JsonWriter writer, TestGroup group)
    {
        writer.WriteString("id", group.Id);
        writer.WriteString("state", group.State);
        writer.WriteString("protocol", group.Protocol);
        writer.WriteObjects("members", group.Members, Write);
        writer.WriteObjects("offsets", group.Offsets, static (fields, offset) =>
        {
            Write(fields, offset.Key);
            fields.WriteNumber("offset", offset.Value);
        });
    }

    private static void Write(Utf8JsonWriter writer, TestGroupMember member)
    {
        writer.WriteString("memberId", member.MemberId);
        writer.WriteString("instanceId", member.InstanceId);
        writer.WriteString("clientId", member.ClientId);
        writer.WriteObjects("assignment", member.Assignment, Write);
    }

    private static void Write(Utf8JsonWriter writer, (string Topic, int Partition) partition)
    {
        writer.WriteString("topic", partition.Topic);
        writer.WriteNumber("partition", partition.Partition);
    }
}
