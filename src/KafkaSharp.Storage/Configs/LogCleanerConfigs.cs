using KafkaSharp.Configuration;
using static KafkaSharp.Configuration.ConfigUpdateMode;

namespace KafkaSharp.Storage.Configs;

/// <summary>
/// The broker keys of the log cleaner (Kafka's <c>CleanerConfig</c>). Changed values apply from the next log that is compacted,
/// a changed rate at once.
/// </summary>
public static class LogCleanerConfigs
{
    public static readonly ConfigKey<bool> Enable = ConfigKeys.Boolean(
        "log.cleaner.enable", true,
        "Whether logs are compacted. Without it, topics with cleanup.policy=compact grow without limit, also __consumer_offsets.");

    public static readonly ConfigKey<int> Threads = ConfigKeys.Int(
        "log.cleaner.threads", 1, "How many logs are compacted at once.", min: 0, update: ClusterWide);

    public static readonly ConfigKey<long> DedupeBufferSize = ConfigKeys.Long(
        "log.cleaner.dedupe.buffer.size", 134_217_728,
        "The largest memory for the keys of the logs that are compacted, in bytes for all threads: a key takes 24. Only what is needed " +
        "is allocated.",
        update: ClusterWide);

    public static readonly ConfigKey<double> DedupeBufferLoadFactor = ConfigKeys.Double(
        "log.cleaner.io.buffer.load.factor", 0.9,
        "Which share of log.cleaner.dedupe.buffer.size is filled: more keys at once, at the cost of a slower search.", update: ClusterWide);

    public static readonly ConfigKey<int> IoBufferSize = ConfigKeys.Int(
        "log.cleaner.io.buffer.size", 524_288, "The memory for reading and writing, in bytes for all threads.", min: 0,
        update: ClusterWide);

    public static readonly ConfigKey<double> IoMaxBytesPerSecond = ConfigKeys.Double(
        "log.cleaner.io.max.bytes.per.second", double.MaxValue, "The largest sum of bytes that are read and written in a second.",
        update: ClusterWide);

    public static readonly ConfigKey<long> BackoffMs = ConfigKeys.Long(
        "log.cleaner.backoff.ms", 15_000, "How often logs are looked at for compaction, in milliseconds.", min: 0, update: ClusterWide);

    public static IReadOnlyList<ConfigKey> All { get; } =
        [Enable, Threads, DedupeBufferSize, DedupeBufferLoadFactor, IoBufferSize, IoMaxBytesPerSecond, BackoffMs];
}
