using CompareRequests.Schemas;

namespace CompareRequests.Requests;

/// <summary>
/// A request before or after a case. A capture stores a value of the response, given by its path, under a name for later requests.
/// </summary>
internal sealed record Step(string Api, int Version, Dictionary<string, object?> Request, params (string Name, string Path)[] Captures)
{
    public Step(string api, int version, string json, params (string Name, string Path)[] captures)
        : this(api, version, Values.Struct(json), captures)
    {
    }

    public bool OnController { get; init; }

    /// <summary>
    /// The path of a value: the step is repeated until it is the expected one, because a broker follows its controller with a delay, or
    /// because another request is on its way.
    /// </summary>
    public string? Awaited { get; init; }

    /// <summary>The expected value at <see cref="Awaited"/>; by default no error.</summary>
    public object Expected { get; init; } = 0L;

    /// <summary>The name of a list: only its elements that contain the name of the case are compared.</summary>
    public string? Selected { get; init; }

    /// <summary>Sent on a connection of its own, which stays open until the next case; the response is not awaited.</summary>
    public bool IsPending { get; init; }
}
