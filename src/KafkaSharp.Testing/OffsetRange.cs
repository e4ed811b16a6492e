namespace KafkaSharp.Testing;

/// <summary>The offsets of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The log start offset.</param>
/// <param name="End">The offset behind the last record.</param>
internal readonly record struct OffsetRange(int Partition, long Start, long End)
{
    /// <summary>The number of offsets: records that compaction has removed are counted.</summary>
    public long Count => End - Start;

    public bool IsEmpty => Count == 0;
}
