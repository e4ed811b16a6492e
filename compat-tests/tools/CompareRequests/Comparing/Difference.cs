namespace CompareRequests.Comparing;

/// <summary>One place of a response where the brokers differ.</summary>
internal sealed record Difference(string Path, string Genuine, string Ours);
