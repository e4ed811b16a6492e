using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The requirements of a partition's configuration on produced records. Immutable; one instance per partition and configuration.
/// </summary>
public sealed record RecordValidationOptions
{
    public required TopicPartition TopicPartition { get; init; }

    /// <summary><c>compression.type</c>; null is <c>producer</c>: batches keep the compression of the producer.</summary>
    public CompressionType? TargetCompression { get; init; }

    /// <summary>
    /// The level of the target codec (<c>compression.gzip.level</c>, <c>.lz4.level</c>, <c>.zstd.level</c>); null is the default of the
    /// codec.
    /// </summary>
    public int? CompressionLevel { get; init; }

    /// <summary><c>message.timestamp.type</c>.</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary><c>message.timestamp.before.max.ms</c>, in milliseconds.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>, in milliseconds.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary>Whether <c>cleanup.policy</c> contains <c>compact</c>. Every record must then have a key.</summary>
    public bool Compacted { get; init; }

    /// <summary><c>max.message.bytes</c>: the size limit of a batch including its header, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = int.MaxValue;
}
