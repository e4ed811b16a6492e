using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// What a partition's configuration asks of the records that it takes. Immutable: make one per partition and configuration.
/// </summary>
public sealed record RecordValidationOptions
{
    public required TopicPartition TopicPartition { get; init; }

    /// <summary><c>compression.type</c>; null is <c>producer</c>: batches stay as the producer compressed them.</summary>
    public CompressionType? TargetCompression { get; init; }

    /// <summary>
    /// The level of the target codec (<c>compression.gzip.level</c>, <c>.lz4.level</c>, <c>.zstd.level</c>); null is its default.
    /// </summary>
    public int? CompressionLevel { get; init; }

    /// <summary><c>message.timestamp.type</c>.</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary><c>message.timestamp.before.max.ms</c>, milliseconds.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>, milliseconds.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary>Whether <c>cleanup.policy</c> holds <c>compact</c>: then every record needs a key.</summary>
    public bool Compacted { get; init; }

    /// <summary><c>max.message.bytes</c>: the largest batch, header included.</summary>
    public int MaxMessageBytes { get; init; } = int.MaxValue;
}
