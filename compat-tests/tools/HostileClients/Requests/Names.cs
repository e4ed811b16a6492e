namespace HostileClients.Requests;

/// <summary>
/// What the requests name. Topic 0 exists with one partition where a scenario created it; no other topic and no group exists.
/// </summary>
internal static class Names
{
    public const string Topic = "target";
    public const string Group = "hostile";

    public static string Of(int number) => number == 0 ? Topic : $"t{number}";

    /// <summary>2^length names: "Aa" and "BB" have the same hash code in Java, and so have all sequences of them.</summary>
    public static IEnumerable<string> Colliding(int length) =>
        Enumerable.Range(0, 1 << length).Select(
            bits => string.Concat(Enumerable.Range(0, length).Select(i => (bits >> i & 1) == 0 ? "Aa" : "BB")));
}
