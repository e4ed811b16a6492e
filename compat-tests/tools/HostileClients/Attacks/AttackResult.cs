namespace HostileClients.Attacks;

/// <summary>How many requests got a response, and in words what the broker responded.</summary>
internal sealed record AttackResult(int Responses, string Facts)
{
    /// <summary>Why the broker failed the hostile client itself, where it should have served or closed it; null when it did not.</summary>
    public string? Failure { get; init; }
}
