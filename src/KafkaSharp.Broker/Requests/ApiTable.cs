using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// The supported APIs. The dispatcher routes by it; the response to ApiVersions and docs/protocol-support.md are made from it. Immutable.
/// </summary>
public sealed class ApiTable
{
    private readonly ApiRoute?[] _broker = new ApiRoute?[ApiVersionRanges.All.Length];
    private readonly ApiRoute?[] _controller = new ApiRoute?[ApiVersionRanges.All.Length];

    /// <exception cref="ArgumentException">Two routes for one API on one kind of listener.</exception>
    public ApiTable(params IEnumerable<ApiRoute> routes)
    {
        foreach (var route in routes)
        {
            if (route.Listeners.HasFlag(ApiListeners.Broker))
                Add(_broker, route);
            if (route.Listeners.HasFlag(ApiListeners.Controller))
                Add(_controller, route);
        }
    }

    /// <summary>The routes of a kind of listener in the order of their keys.</summary>
    public IEnumerable<ApiRoute> Routes(ApiListeners listener) => TableOf(listener).OfType<ApiRoute>();

    /// <summary>The route of a key on a kind of listener; null where it is not served.</summary>
    public ApiRoute? Find(ApiListeners listener, short apiKey)
    {
        var table = TableOf(listener);
        return (uint)apiKey < (uint)table.Length ? table[apiKey] : null;
    }

    private ApiRoute?[] TableOf(ApiListeners listener) => listener == ApiListeners.Controller ? _controller : _broker;

    private static void Add(ApiRoute?[] table, ApiRoute route)
    {
        ref var place = ref table[(int)route.ApiKey];
        if (place is not null)
            throw new ArgumentException($"{route.ApiKey} has two routes");
        place = route;
    }
}
