using System.Globalization;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Http.Control;

/// <summary>Shows and moves the broker's clock.</summary>
/// <param name="time">The clock.</param>
/// <param name="clock">The same if it can be moved; null otherwise.</param>
internal sealed class TimeRoutes(TimeProvider time, TestClock? clock)
{
    public IEnumerable<Route> All =>
    [
        new("GET", "/time", (_, _, _) => Task.FromResult(Show())),
        new("POST", "/time/advance", (request, _, _) => Task.FromResult(Advance(request))),
    ];

    private HttpResponse Show()
    {
        return HttpResponse.Json(writer =>
        {
            writer.WriteString("now", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
            writer.WriteBoolean("virtual", clock is not null);
        });
    }

    private HttpResponse Advance(HttpRequest request)
    {
        var by = JsonFields.Read(
            request,
            json => new JsonFields("The body", json, "by").Duration("by")
                ?? throw new FormatException("The body needs 'by', such as PT5M"));
        if (clock is null)
            throw new HttpException(409, "The clock of the broker is the system's. Start it with --virtual-time to move it");
        clock.Advance(by);
        return Show();
    }
}
