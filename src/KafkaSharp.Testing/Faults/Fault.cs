using KafkaSharp.Protocol;

namespace KafkaSharp.Testing.Faults;

/// <summary>
/// A failure that a test injects: which requests it affects, and what it does to them. What is not set does not matter: a fault with an
/// action alone affects every request. Requests of the test broker itself (<c>kafka.Topics</c>, <c>kafka.Groups</c>) are never affected.
/// Immutable.
/// </summary>
/// <param name="Action">What it does.</param>
public sealed record Fault(FaultAction Action)
{
    /// <summary>The API, such as <see cref="ApiKey.Produce"/>.</summary>
    public ApiKey? Api { get; init; }

    /// <summary>The <c>client.id</c> of the client.</summary>
    public string? ClientId { get; init; }

    /// <summary>
    /// A topic that the request names. An error is then the error of the topic's partitions alone where the API has errors by partition.
    /// </summary>
    public string? Topic { get; init; }

    /// <summary>A partition of <see cref="Topic"/>.</summary>
    public int? Partition { get; init; }

    /// <summary>The group that the request names.</summary>
    public string? Group { get; init; }

    /// <summary>How many requests that fit are let pass before the first is affected: 2 for the third call.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests are affected; null for all until the fault is removed.</summary>
    public int? Count { get; init; }

    /// <summary>The probability that a request that fits is affected, drawn from the seed of the broker.</summary>
    public double Probability { get; init; } = 1;
}
