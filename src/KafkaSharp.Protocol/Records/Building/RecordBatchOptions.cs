using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// The header fields of a new batch that do not depend on its records. Defaults: no compression, CreateTime, no producer.
/// </summary>
public readonly record struct RecordBatchOptions()
{
    public long BaseOffset { get; init; }
    public CompressionType Compression { get; init; } = CompressionType.None;
    public int? CompressionLevel { get; init; }

    /// <summary>
    /// The largest batch that is of use, header included: of a larger one the builder keeps only the counts, see <see
    /// cref="RecordBatchBuilder.IsTooLarge"/>.
    /// </summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary>The max timestamp of a LogAppendTime batch, in milliseconds since the Unix epoch.</summary>
    public long LogAppendTime { get; init; } = RecordBatchHeader.NoTimestamp;

    public long ProducerId { get; init; } = RecordBatchHeader.NoProducerId;
    public short ProducerEpoch { get; init; } = RecordBatchHeader.NoProducerEpoch;
    public int BaseSequence { get; init; } = RecordBatchHeader.NoSequence;
    public bool IsTransactional { get; init; }
    public bool IsControlBatch { get; init; }
    public int PartitionLeaderEpoch { get; init; } = -1;

    /// <summary>
    /// The time from which compaction may remove tombstones and transaction markers of the batch, in milliseconds since the Unix epoch;
    /// null: none.
    /// </summary>
    public long? DeleteHorizonMs { get; init; }
}
