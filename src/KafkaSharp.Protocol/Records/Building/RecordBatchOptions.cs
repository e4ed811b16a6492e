using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>The fields of a batch to build that are not its records'. Defaults: no compression, create time, no producer.</summary>
public readonly record struct RecordBatchOptions()
{
    public long BaseOffset { get; init; }
    public CompressionType Compression { get; init; } = CompressionType.None;
    public int? CompressionLevel { get; init; }
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary>The max timestamp of a LogAppendTime batch, milliseconds.</summary>
    public long LogAppendTime { get; init; } = RecordBatchHeader.NoTimestamp;

    public long ProducerId { get; init; } = RecordBatchHeader.NoProducerId;
    public short ProducerEpoch { get; init; } = RecordBatchHeader.NoProducerEpoch;
    public int BaseSequence { get; init; } = RecordBatchHeader.NoSequence;
    public bool IsTransactional { get; init; }
    public bool IsControlBatch { get; init; }
    public int PartitionLeaderEpoch { get; init; } = -1;

    /// <summary>When tombstones and markers of a compacted batch may go, milliseconds; null without one.</summary>
    public long? DeleteHorizonMs { get; init; }
}
