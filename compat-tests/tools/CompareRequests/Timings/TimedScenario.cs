namespace CompareRequests.Timings;

/// <summary>
/// Something that a broker does after a time. The function returns what it did, in one text; the time is that of the client's watch.
/// </summary>
internal sealed record TimedScenario(string Name, Func<TimedClient, string> Run);
