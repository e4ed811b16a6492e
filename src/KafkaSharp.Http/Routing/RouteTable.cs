namespace KafkaSharp.Http.Routing;

/// <summary>Finds the route of a request. Thread-safe.</summary>
public sealed class RouteTable(IEnumerable<Route> routes)
{
    public IReadOnlyList<Route> Routes { get; } = [.. routes];

    public Task<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Path.Split('/');
        List<string> methods = [];
        foreach (var route in Routes)
        {
            if (route.Match(path) is not { } parameters)
                continue;
            if (route.Method == request.Method || (route.Method == "GET" && request.Method == "HEAD"))
            {
                return request.Query.Keys.FirstOrDefault(name => !route.Parameters.Contains(name)) is { } unknown
                    ? Task.FromResult(HttpResponse.Problem(
                        400, $"{request.Path} has no parameter '{unknown}'. Known: {string.Join(", ", route.Parameters)}"))
                    : route.Handler(request, parameters, cancellation);
            }
            methods.Add(route.Method);
        }
        return Task.FromResult(methods.Count == 0
            ? HttpResponse.Problem(404, $"There is nothing at {request.Path}. GET /openapi.json says what there is")
            : HttpResponse.Problem(405, $"{request.Path} has no {request.Method}, but {string.Join(", ", methods)}"));
    }
}
