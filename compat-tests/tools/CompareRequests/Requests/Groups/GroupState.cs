namespace CompareRequests.Requests.Groups;

/// <summary>A group named like the case, as the steps leave it. They store the member that the requests are about, and its epoch.</summary>
internal sealed record GroupState(string Name, params Step[] Before)
{
    /// <summary>The requests are also sent with changes of every field.</summary>
    public bool IsMutated { get; init; } = true;
}
