using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Logs;

/// <summary>What opening a partition's log needs.</summary>
public sealed record PartitionLogOptions
{
    public required IFileSystem FileSystem { get; init; }

    /// <summary>The partition's folder; a missing one is created.</summary>
    public required string Directory { get; init; }

    public required TopicPartition TopicPartition { get; init; }

    public LogConfig Config { get; init; } = LogConfig.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The source of the jitter of segment.ms; used by one thread at a time.</summary>
    public required Random Random { get; init; }

    /// <summary>From the checkpoint of the log directory: records below it were deleted (log-start-offset-checkpoint).</summary>
    public long LogStartOffset { get; init; }

    /// <summary>From the checkpoint of the log directory: everything below it was flushed (recovery-point-offset-checkpoint).</summary>
    public long RecoveryPoint { get; init; }

    /// <summary>From the checkpoint of the log directory: the high watermark (replication-offset-checkpoint); -1 if unknown.</summary>
    public long HighWatermark { get; init; } = -1;

    /// <summary>
    /// From the checkpoint of the log directory: the offset below which the log was compacted (cleaner-offset-checkpoint); -1 if there is
    /// none.
    /// </summary>
    public long CleanedOffset { get; init; } = -1;

    /// <summary>Whether the last broker shut down cleanly (.kafka_cleanshutdown): then nothing is recovered.</summary>
    public bool HadCleanShutdown { get; init; }

    /// <summary>Whether the log is recovered at every start, also after a clean stop: then it is logged for debugging only.</summary>
    public bool IsRecoveredAlways { get; init; }

    /// <summary>
    /// Whether the log was never compacted, so that a gap between two segments means that a power failure has taken records that were not
    /// flushed. What follows was not flushed either.
    /// </summary>
    public bool HasNoGaps { get; init; }

    /// <summary>How long a producer's state is kept without an append (producer.id.expiration.ms), milliseconds.</summary>
    public int ProducerIdExpirationMs { get; init; } = 24 * 60 * 60 * 1000;

    /// <summary>
    /// Whether an append may begin a transaction only with the guard of a verification (transaction.partition.verification.enable,
    /// KIP-890).
    /// </summary>
    public bool TransactionVerificationEnabled { get; init; }

    /// <summary>
    /// Runs work that waits for the disk and that nobody waits for, such as the flush after a roll, on threads for this purpose. It may be
    /// called under the log's lock.
    /// </summary>
    public required Action<Action> Background { get; init; }

    /// <summary>
    /// Runs the flushes that appends wait for under flush.messages, so that these do not wait for other work; null:
    /// <see cref="Background"/>. Not called under the log's lock.
    /// </summary>
    public Action<Action>? FlushForAppends { get; init; }

    /// <summary>
    /// Called with the log's folder when the disk fails under the log, on the thread that met the failure: the log directory is to go
    /// offline.
    /// </summary>
    public Action<string, IOException>? StorageFailed { get; init; }

    /// <summary>
    /// Called with the log's folder when the disk has no space for an append, a flush or a segment. Nothing has changed: the same can be
    /// tried again. Null: it is a failure like any other.
    /// </summary>
    public Action<string, IOException>? DiskFull { get; init; }

    /// <summary>
    /// Called with the log's folder when a truncation has lowered the recovery point, the high watermark or the offset below which the log
    /// was compacted, and before it changes a file. The new ones must be on disk on return: after a crash, records below the old ones would
    /// not be checked, be taken for committed, or not be compacted.
    /// </summary>
    public Action<string>? OffsetsLowered { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
