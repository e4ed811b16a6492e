namespace KafkaSharp.Protocol.Records;

/// <summary>A record as <see cref="RecordReader"/> found it; its spans are valid until the reader moves on.</summary>
public readonly ref struct Record
{
    public long Offset { get; internal init; }
    public long Timestamp { get; internal init; }

    /// <summary>-1 where the batch has no sequence.</summary>
    public int Sequence { get; internal init; }

    public int SizeInBytes { get; internal init; }
    public bool HasKey { get; internal init; }
    public bool HasValue { get; internal init; }
    public ReadOnlySpan<byte> Key { get; internal init; }
    public ReadOnlySpan<byte> Value { get; internal init; }
    public RecordHeaders Headers => throw new NotImplementedException();
}
