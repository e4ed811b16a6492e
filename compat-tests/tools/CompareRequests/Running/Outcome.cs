namespace CompareRequests.Running;

/// <summary>What came of a request: the fields of the response, or one field that says why there is none.</summary>
internal static class Outcome
{
    public const string Field = "(outcome)";

    public static readonly Dictionary<string, object?> Closed = new() { [Field] = "the connection was closed" };
    public static readonly Dictionary<string, object?> Silent = new() { [Field] = "no response" };

    public static Dictionary<string, object?> Invalid(string reason) => new() { [Field] = "invalid response: " + reason };
}
