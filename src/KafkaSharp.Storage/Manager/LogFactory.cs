using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>Opens logs with the options that all logs of a broker have in common. Thread-safe.</summary>
internal sealed class LogFactory(
    LogManagerOptions options, LogConfigs configs, LogRegistry registry, Action<Action> background, Action<Action> flushes)
{
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger<PartitionLog>();

    /// <summary>Creates a log that did not exist.</summary>
    public PartitionLog Create(TopicPartition partition, string path) =>
        Open(new LogToOpen(path, partition, NextRandom(), HadCleanShutdown: true));

    public PartitionLog Open(LogToOpen log) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = options.FileSystem,
        Directory = log.Path,
        TopicPartition = log.Partition,
        Config = configs.Of(log.Partition.Topic),
        Time = options.Time,
        Random = log.Random,
        HadCleanShutdown = log.HadCleanShutdown,
        RecoveryPoint = log.RecoveryPoint,
        LogStartOffset = log.LogStartOffset,
        HighWatermark = log.HighWatermark,
        CleanedOffset = log.CleanedOffset,
        HasNoGaps = log.HasNoGaps,
        Background = background,
        FlushForAppends = flushes,
        TransactionVerificationEnabled = configs.IsTransactionVerificationEnabled,
        ProducerIdExpirationMs = configs.ProducerIdExpirationMs,
        StorageFailed = registry.FailDirectoryOf,
        DiskFull = registry.FailUnlessFull,
        OffsetsLowered = registry.SaveLoweredOffsets,
        Logger = _logger,
    });

    /// <summary>A source of randomness for one log: a <see cref="Random"/> is not thread-safe.</summary>
    public Random NextRandom()
    {
        lock (options.Random)
            return new Random(options.Random.Next());
    }
}

/// <summary>One log to open.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Random">Its source of jitter.</param>
/// <param name="HadCleanShutdown">Whether the last broker closed it in order.</param>
/// <param name="RecoveryPoint">The offset below which it was flushed.</param>
/// <param name="LogStartOffset">Its first offset for readers.</param>
/// <param name="HighWatermark">The offset below which it was committed; -1 if unknown.</param>
/// <param name="CleanedOffset">The offset below which it was compacted; -1 if it never was.</param>
/// <param name="HasNoGaps">
/// Whether recovery cuts it at a gap between segments: what follows in a future replica would hide that records are to be copied again.
/// </param>
internal sealed record LogToOpen(
    string Path, TopicPartition Partition, Random Random, bool HadCleanShutdown, long RecoveryPoint = 0, long LogStartOffset = 0,
    long HighWatermark = -1, long CleanedOffset = -1, bool HasNoGaps = false);
