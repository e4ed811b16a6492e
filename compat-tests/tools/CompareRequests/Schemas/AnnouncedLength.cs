namespace CompareRequests.Schemas;

/// <summary>In place of a string or array: a length for which the bytes are missing.</summary>
internal sealed record AnnouncedLength(int Length);
