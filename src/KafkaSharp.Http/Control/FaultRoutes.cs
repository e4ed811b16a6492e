using System.Globalization;
using System.Text.Json;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Http.Control;

/// <summary>Adds faults from JSON, shows how often they hit, releases what they hold, and removes them.</summary>
internal sealed class FaultRoutes(KafkaTestBroker kafka)
{
    public IEnumerable<Route> All =>
    [
        new("GET", "/faults", (_, _, _) => Task.FromResult(List())),
        new("POST", "/faults", (request, _, _) => Task.FromResult(Add(request))),
        new("DELETE", "/faults", (_, _, _) => Task.FromResult(Clear())),
        new("GET", "/faults/{id}", ShowAsync) { Parameters = ["hits", "timeout"] },
        new("DELETE", "/faults/{id}", (_, path, _) => Task.FromResult(Remove(path))),
        new("POST", "/faults/{id}/release", (request, path, _) => Task.FromResult(Release(request, path)))
        {
            Parameters = ["count"],
        },
    ];

    private HttpResponse List()
    {
        return HttpResponse.Json(writer => writer.WriteObjects("faults", kafka.Faults.Active, WriteFields));
    }

    private HttpResponse Add(HttpRequest request)
    {
        var added = kafka.Faults.Add(FaultPlan.Parse(request.Body));
        return HttpResponse.Json(writer => writer.WriteObjects("faults", added, WriteFields), 201);
    }

    private HttpResponse Clear()
    {
        kafka.Faults.Clear();
        return HttpResponse.NoContent;
    }

    private async Task<HttpResponse> ShowAsync(
        HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var query = new QueryFields(request);
        var fault = Find(path);
        if (query.WholeNumber("hits") is { } hits)
            await fault.WaitForHitsAsync(hits, query.Timeout(), cancellation);
        return HttpResponse.Json(writer => WriteFields(writer, fault));
    }

    private HttpResponse Remove(IReadOnlyDictionary<string, string> path)
    {
        Find(path).Dispose();
        return HttpResponse.NoContent;
    }

    private HttpResponse Release(HttpRequest request, IReadOnlyDictionary<string, string> path)
    {
        var count = new QueryFields(request).WholeNumber("count") ?? int.MaxValue;
        var fault = Find(path);
        fault.Release(count);
        return HttpResponse.Json(writer => WriteFields(writer, fault));
    }

    private ActiveFault Find(IReadOnlyDictionary<string, string> path) =>
        int.TryParse(path["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && kafka.Faults.Active.FirstOrDefault(fault => fault.Id == id) is { } found
            ? found
            : throw new HttpException(404, $"There is no fault {path["id"]}. GET /faults shows those in effect");

    private static void WriteFields(Utf8JsonWriter writer, ActiveFault fault)
    {
        writer.WriteNumber("id", fault.Id);
        writer.WriteNumber("hits", fault.Hits);
        writer.WritePropertyName("fault");
        FaultPlan.WriteFault(writer, fault.Fault);
    }
}
