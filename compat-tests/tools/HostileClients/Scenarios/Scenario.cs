using HostileClients.Attacks;

namespace HostileClients.Scenarios;

/// <summary>One hostile client and what it may cost others.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Summary">What the client does.</param>
/// <param name="Attack">Creates the topics, opens the connections and encodes the requests, all before anything is measured.</param>
internal sealed record Scenario(string Name, string Summary, Func<Target, IAttack> Attack)
{
    public Limits Limits { get; init; } = new();

    /// <summary>Whether it belongs to the quick selection.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Properties that the broker needs, as in server.properties.</summary>
    public IReadOnlyList<string> Properties { get; init; } = [];

    /// <summary>Whether the pipe of the broker's log has no reader.</summary>
    public bool HasUndrainedLog { get; init; }

    /// <summary>Whether the memory that is kept is measured while the connections of the attack are still open.</summary>
    public bool KeepsConnections { get; init; }
}
