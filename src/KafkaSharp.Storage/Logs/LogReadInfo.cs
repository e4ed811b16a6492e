using KafkaSharp.Protocol;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What a read gives: batches as they lie in the log, the first of which may begin below the offset asked for and the last of which may be cut
/// off, as in Kafka. The bytes are valid until <see cref="Dispose"/>, once, by whoever holds it last.
/// </summary>
public readonly record struct LogReadInfo : IDisposable
{
    public ErrorCode ErrorCode { get; init; }

    public ReadOnlyMemory<byte> Records { get; init; }

    /// <summary>Keeps <see cref="Records"/>; null where they need no keeping.</summary>
    public IDisposable? Lease { get; init; }

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
