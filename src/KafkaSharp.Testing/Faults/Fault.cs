using KafkaSharp.Protocol;

namespace KafkaSharp.Testing.Faults;

/// <summary>
/// A failure that a test injects: which requests it affects, and what it does to them. What is not set does not matter: a fault with an
/// action alone affects every request. Requests of the test broker itself (<c>kafka.Topics</c>, <c>kafka.Groups</c>) are never affected.
/// An action that does not affect requests affects connections, or operations on files. Immutable.
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
    /// For a fault of the disk: the topic of the file.
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

    /// <summary>The probability that a request that fits is affected, drawn from <see cref="Seed"/>.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>The seed of the draws of this fault; null for those of the broker's seed.</summary>
    public int? Seed { get; init; }

    /// <summary>What makes no sense, as a sentence; null if all is well.</summary>
    internal string? Mistake => this switch
    {
        { Partition: not null, Topic: null } => "A fault of a partition needs the topic",
        { Skip: < 0 } or { Count: < 0 } => "Skip and count of a fault cannot be negative",
        { Probability: not (>= 0 and <= 1) } => "The probability of a fault is between 0 and 1",
        { Action.Subject: FaultSubject.Connection } and not { Api: null, ClientId: null, Topic: null, Group: null } =>
            "A fault of connections affects those of all clients: it has no API, client id, topic, partition or group",
        { Action.Subject: FaultSubject.Disk } and not { Api: null, ClientId: null, Group: null } =>
            "A fault of the disk affects files: it may have a topic and a partition, but no API, client id or group",
        _ => null,
    };
}
