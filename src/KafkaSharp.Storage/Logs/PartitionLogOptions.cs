using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Logs;

/// <summary>What opening a <see cref="PartitionLog"/> takes.</summary>
public sealed record PartitionLogOptions
{
    public required IFileSystem FileSystem { get; init; }

    /// <summary>The partition's folder; it is created where it is missing.</summary>
    public required string Directory { get; init; }

    public required TopicPartition TopicPartition { get; init; }

    public LogConfig Config { get; init; } = LogConfig.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws the jitter of rolls.</summary>
    public required Random Random { get; init; }

    /// <summary>From the checkpoint of the log directory: records below it were deleted (log-start-offset-checkpoint).</summary>
    public long LogStartOffset { get; init; }

    /// <summary>From the checkpoint of the log directory: all below it was flushed (recovery-point-offset-checkpoint).</summary>
    public long RecoveryPoint { get; init; }

    /// <summary>Whether the broker that wrote last stopped in order (.kafka_cleanshutdown): then nothing is recovered.</summary>
    public bool HadCleanShutdown { get; init; }

    /// <summary>How long a producer's state is kept without an append (producer.id.expiration.ms), milliseconds.</summary>
    public int ProducerIdExpirationMs { get; init; } = 24 * 60 * 60 * 1000;

    /// <summary>
    /// Whether a transaction begins only with the guard of a question to its coordinator (transaction.partition.verification.enable, KIP-890).
    /// </summary>
    public bool TransactionVerificationEnabled { get; init; }

    /// <summary>Runs work that must not hold an append up: the flush of a segment after the log rolled. Default: the thread pool.</summary>
    public Action<Action> Background { get; init; } =
        static work => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

    /// <summary>Is told when the disk fails under the log; the log directory is to be taken offline.</summary>
    public Action<PartitionLog, IOException>? StorageFailed { get; init; }

    /// <summary>
    /// Is told, before a truncation returns, that the recovery point went down with it. It must be on disk before the log is appended to again: after a
    /// crash what was then written below the old one would not be checked.
    /// </summary>
    public Action<PartitionLog>? RecoveryPointLowered { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
