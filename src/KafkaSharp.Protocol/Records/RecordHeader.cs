namespace KafkaSharp.Protocol.Records;

/// <summary>A header of a record: UTF-8 key and a value that may be null.</summary>
public readonly ref struct RecordHeader(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasValue)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>Empty for a null value too: see <see cref="HasValue"/>.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    public bool HasValue { get; } = hasValue;
}
