namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>The statistics of a <see cref="RecordBatchFilter"/> run (Kafka's <c>MemoryRecords.FilterResult</c>).</summary>
public readonly record struct RecordFilterResult()
{
    public int MessagesRead { get; init; }
    public int BytesRead { get; init; }
    public int MessagesRetained { get; init; }
    public int BytesRetained { get; init; }

    /// <summary>The largest offset that was kept; -1 if none was.</summary>
    public long MaxOffset { get; init; } = -1;

    public long MaxTimestamp { get; init; } = RecordBatchHeader.NoTimestamp;

    /// <summary>The last offset of the batch with <see cref="MaxTimestamp"/>, for the time index.</summary>
    public long OffsetOfMaxTimestamp { get; init; } = -1;

    internal RecordFilterResult Retaining(long maxTimestamp, long maxOffset, int messages, int bytes) => this with
    {
        MessagesRetained = MessagesRetained + messages,
        BytesRetained = BytesRetained + bytes,
        MaxOffset = Math.Max(MaxOffset, maxOffset),
        MaxTimestamp = Math.Max(MaxTimestamp, maxTimestamp),
        OffsetOfMaxTimestamp = maxTimestamp > MaxTimestamp ? maxOffset : OffsetOfMaxTimestamp,
    };
}
