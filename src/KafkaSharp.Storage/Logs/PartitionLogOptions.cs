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

    /// <summary>Whether the last broker shut down cleanly (.kafka_cleanshutdown): then nothing is recovered.</summary>
    public bool HadCleanShutdown { get; init; }

    /// <summary>How long a producer's state is kept without an append (producer.id.expiration.ms), milliseconds.</summary>
    public int ProducerIdExpirationMs { get; init; } = 24 * 60 * 60 * 1000;

    /// <summary>
    /// Whether an append may begin a transaction only with the guard of a verification (transaction.partition.verification.enable,
    /// KIP-890).
    /// </summary>
    public bool TransactionVerificationEnabled { get; init; }

    /// <summary>
    /// Runs work that must not delay an append: the flush of a segment after the log has rolled. Default: the thread pool.
    /// </summary>
    public Action<Action> Background { get; init; } =
        static work => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

    /// <summary>
    /// Called with the log's folder when the disk fails under the log, on the thread that met the failure: the log directory is to go
    /// offline.
    /// </summary>
    public Action<string, IOException>? StorageFailed { get; init; }

    /// <summary>
    /// Called with the log's folder, before a truncation returns, when the truncation has lowered the recovery point. The new one must be
    /// on disk before the next append: after a crash, records below the old one would not be checked.
    /// </summary>
    public Action<string>? RecoveryPointLowered { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
