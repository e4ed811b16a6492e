namespace KafkaSharp.Http.Routing;

/// <summary>What serves one method of one path.</summary>
/// <param name="Method">The method, in capital letters.</param>
/// <param name="Template">The path; a segment in braces is a parameter: <c>/topics/{topic}/records</c>.</param>
/// <param name="Handler">Serves a request with the decoded parameters of its path.</param>
public sealed record Route(string Method, string Template, RouteHandler Handler)
{
    private readonly string[] _segments = Template.Split('/');

    /// <summary>The parameters that its query may have. Others are an error: a wrong name must not pass without an effect.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The parameters of a path; null if it is not one of the template.</summary>
    internal Dictionary<string, string>? Match(string[] path)
    {
        if (path.Length != _segments.Length)
            return null;
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        for (var i = 0; i < path.Length; i++)
        {
            if (_segments[i].StartsWith('{'))
                parameters[_segments[i][1..^1]] = Uri.UnescapeDataString(path[i]);
            else if (_segments[i] != path[i])
                return null;
        }
        return parameters;
    }
}

/// <summary>Serves a request. An exception other than of a request that cannot be served is a fault of the program.</summary>
public delegate Task<HttpResponse> RouteHandler(
    HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation);
