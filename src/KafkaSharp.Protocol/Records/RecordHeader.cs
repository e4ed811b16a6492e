namespace KafkaSharp.Protocol.Records;

/// <summary>A header of a record: a UTF-8 key and a nullable value.</summary>
public readonly ref struct RecordHeader(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasValue)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>Empty if the value is null; see <see cref="HasValue"/>.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    public bool HasValue { get; } = hasValue;
}
