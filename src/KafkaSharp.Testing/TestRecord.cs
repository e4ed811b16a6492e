using System.Text;

namespace KafkaSharp.Testing;

/// <summary>
/// A record that a test appends to a topic, or that it has read from one. Where it is appended, what is not set is chosen: the partition as
/// Kafka's default partitioner does, the time from the broker's clock.
/// </summary>
public sealed record TestRecord
{
    public TestRecord()
    {
    }

    /// <summary>A record of a text, in UTF-8, without a key.</summary>
    public TestRecord(string? value)
        : this(null, value)
    {
    }

    /// <summary>A record of texts, in UTF-8; null for no key or value.</summary>
    public TestRecord(string? key, string? value)
    {
        Key = key is null ? null : Encoding.UTF8.GetBytes(key);
        Value = value is null ? null : Encoding.UTF8.GetBytes(value);
    }

    public byte[]? Key { get; init; }

    public byte[]? Value { get; init; }

    public IReadOnlyList<KeyValuePair<string, byte[]?>> Headers { get; init; } = [];

    public DateTimeOffset? Timestamp { get; init; }

    public int? Partition { get; init; }

    /// <summary>The offset in its partition; -1 before it is appended.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>The epoch of the leader that appended it; -1 before.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>The id of the idempotent producer; -1 for none.</summary>
    public long ProducerId { get; init; } = -1;

    /// <summary>The epoch of the idempotent producer; -1 for none.</summary>
    public short ProducerEpoch { get; init; } = -1;

    /// <summary>The sequence number of the idempotent producer; -1 for none.</summary>
    public int Sequence { get; init; } = -1;

    /// <summary>Whether it belongs to a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>The key as text.</summary>
    public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

    /// <summary>The value as text.</summary>
    public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);

    public override string ToString() => $"{Partition}:{Offset} {KeyText ?? "null"} = {ValueText ?? "null"}";
}
