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
    /// The path of an error code: the step is repeated until it is zero, because a broker follows its controller with a delay.
    /// </summary>
    public string? Awaited { get; init; }
}
