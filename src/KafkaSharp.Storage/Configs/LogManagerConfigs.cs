using KafkaSharp.Configuration;
using static KafkaSharp.Configuration.ConfigUpdateMode;

namespace KafkaSharp.Storage.Configs;

/// <summary>The broker keys that the log manager acts on: its loops, its recovery, the expiry of producer ids.</summary>
public static class LogManagerConfigs
{
    public static readonly ConfigKey<int> RecoveryThreadsPerDataDir = ConfigKeys.Int(
        "num.recovery.threads.per.data.dir", 2, "How many logs of a data folder are opened at once at start.", min: 1, update: ClusterWide);

    public static readonly ConfigKey<int> BackgroundThreads = ConfigKeys.Int(
        "background.threads", 10, "How many threads there are at most for work that waits for the disk.", min: 1, update: ClusterWide);

    public static readonly ConfigKey<long> FlushSchedulerIntervalMs = ConfigKeys.Long(
        "log.flush.scheduler.interval.ms", long.MaxValue, "How often logs are looked at for flush.ms, in milliseconds.");

    public static readonly ConfigKey<int> FlushOffsetCheckpointIntervalMs = ConfigKeys.Int(
        "log.flush.offset.checkpoint.interval.ms", 60_000, "How often recovery points are saved, in milliseconds.", min: 0);

    public static readonly ConfigKey<int> FlushStartOffsetCheckpointIntervalMs = ConfigKeys.Int(
        "log.flush.start.offset.checkpoint.interval.ms", 60_000, "How often log start offsets are saved, in milliseconds.", min: 0);

    public static readonly ConfigKey<long> HighWatermarkCheckpointIntervalMs = ConfigKeys.Long(
        "replica.high.watermark.checkpoint.interval.ms", 5_000, "How often high watermarks are saved, in milliseconds.");

    public static readonly ConfigKey<long> RetentionCheckIntervalMs = ConfigKeys.Long(
        "log.retention.check.interval.ms", 300_000, "How often logs are looked at for retention, in milliseconds.", min: 1);

    public static readonly ConfigKey<long> InitialTaskDelayMs = ConfigKeys.Long(
        "log.initial.task.delay.ms", 30_000, "How long after the start the background loops first run, in milliseconds.", min: 0);

    public static readonly ConfigKey<int> ProducerIdExpirationMs = ConfigKeys.Int(
        "producer.id.expiration.ms", 86_400_000, "How long an idle producer's sequence is remembered, in milliseconds.", min: 1,
        update: ClusterWide);

    public static readonly ConfigKey<int> ProducerIdExpirationCheckIntervalMs = ConfigKeys.Int(
        "producer.id.expiration.check.interval.ms", 600_000, "How often idle producers are looked for, in milliseconds.", min: 1);

    public static readonly ConfigKey<bool> TransactionPartitionVerificationEnable = ConfigKeys.Boolean(
        "transaction.partition.verification.enable", true,
        "Whether the transaction coordinator is asked before a transaction of an older client begins in a partition.", update: ClusterWide);

    public static readonly ConfigKey<int?> AlterLogDirsThreads = ConfigKeys.OptionalInt(
        "num.replica.alter.log.dirs.threads",
        "How many logs are copied to another log directory at once; as many as there are log directories when it is not set.");

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        RecoveryThreadsPerDataDir, BackgroundThreads, FlushSchedulerIntervalMs, FlushOffsetCheckpointIntervalMs,
        FlushStartOffsetCheckpointIntervalMs, HighWatermarkCheckpointIntervalMs, RetentionCheckIntervalMs, InitialTaskDelayMs,
        ProducerIdExpirationMs, ProducerIdExpirationCheckIntervalMs, TransactionPartitionVerificationEnable, AlterLogDirsThreads,
    ];
}
