using KafkaSharp.Protocol;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The result of a read: batches as they are in the log. As in Kafka, the first batch may start before the requested offset, and the last
/// one may be truncated. The bytes are valid until <see cref="Dispose"/>, which the last owner calls exactly once.
/// </summary>
public readonly record struct LogReadInfo : IDisposable
{
    public ErrorCode ErrorCode { get; init; }

    public ReadOnlyMemory<byte> Records { get; init; }

    /// <summary>Keeps <see cref="Records"/>; null where they need no keeping.</summary>
    public IDisposable? Lease { get; init; }

    /// <summary>
    /// Whether the first batch is longer than the bytes given, because the limit of the read was below its size (Kafka's
    /// <c>firstEntryIncomplete</c>).
    /// </summary>
    public bool FirstEntryIncomplete { get; init; }

    /// <summary>
    /// Whether what may be read ends in another segment than that in which the read began. A read gives the bytes of one segment, so
    /// waiting for appends gives it no more.
    /// </summary>
    public bool EndsInOtherSegment { get; init; }

    /// <summary>Where the read began: the offset asked for, its segment and position.</summary>
    public LogOffsetMetadata FetchOffset { get; init; }

    /// <summary>The aborted transactions among the records, for <see cref="FetchIsolation.TransactionCommitted"/>; else null.</summary>
    public IReadOnlyList<AbortedTransaction>? AbortedTransactions { get; init; }

    public long HighWatermark { get; init; }

    public long LastStableOffset { get; init; }

    public long LogStartOffset { get; init; }

    public long LogEndOffset { get; init; }

    public void Dispose() => Lease?.Dispose();
}
