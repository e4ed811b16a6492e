namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>What a simulated log contains at an offset: one record, or the marker of a transaction.</summary>
/// <param name="Value">A number that no other batch has.</param>
/// <param name="Timestamp">That of the record, in milliseconds.</param>
/// <param name="ProducerId">The producer, or -1.</param>
/// <param name="Sequence">The sequence of the producer, or -1.</param>
/// <param name="IsTransactional">Whether it belongs to a transaction.</param>
/// <param name="Marker">Whether it ends one: true to commit, false to abort, null for a record.</param>
internal sealed record SimulatedBatch(int Value, long Timestamp, long ProducerId, int Sequence, bool IsTransactional, bool? Marker)
{
    /// <summary>The number of a batch in a log that does not show its own, because it has no record or one without a value.</summary>
    public const int UnknownValue = -1;

    private const int Keys = 7;

    /// <summary>Whether the record deletes its key.</summary>
    public bool IsTombstone { get; init; }

    /// <summary>Whether compaction has left the batch without its record.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The key of the record.</summary>
    public int Key => Value % Keys;

    /// <summary>Whether it is a record, which compaction may remove for a later one of its key.</summary>
    public bool IsRecord => Marker is null && !IsEmpty;

    public override string ToString() => Marker is { } commits
        ? $"{(commits ? "commit" : "abort")} of {ProducerId}"
        : (IsEmpty ? "empty " : "") + (IsTombstone ? "tombstone " : "")
            + $"{Value} of {Key} by {ProducerId}" + (IsTransactional ? " in a transaction" : "");
}
