using System.Text.RegularExpressions;
using KafkaSharp.Configuration;

namespace KafkaSharp.Storage.Configs;

/// <summary>
/// The configs of a topic (Kafka's <c>TopicConfig</c>), declared once. <see cref="LogConfig"/> has their values for one log. The update
/// mode has no effect: every topic config is dynamic. The comment of each group says where it is used.
/// </summary>
public static partial class TopicConfigs
{
    // Roll: used by PartitionLog.
    public static readonly ConfigKey<int> SegmentBytes = ConfigKeys.Int(
        "segment.bytes", 1 << 30, "The size a segment may reach before the log rolls, in bytes.", min: 1 << 20);

    public static readonly ConfigKey<int?> InternalSegmentBytes = ConfigKeys.OptionalInt(
        "internal.segment.bytes", "A segment size below what segment.bytes allows, in bytes: for tests.");

    public static readonly ConfigKey<long> SegmentMs = ConfigKeys.Long(
        "segment.ms", 604_800_000, "The age at which a segment rolls even if it is not full, in milliseconds.", min: 1);

    public static readonly ConfigKey<long> SegmentJitterMs = ConfigKeys.Long(
        "segment.jitter.ms", 0, "The most that is randomly taken off segment.ms, so that logs don't roll all at once, in milliseconds.",
        min: 0);

    public static readonly ConfigKey<int> SegmentIndexBytes = ConfigKeys.Int(
        "segment.index.bytes", 10 << 20, "The size of an index file, in bytes; a full index rolls the segment.", min: 4);

    public static readonly ConfigKey<int> IndexIntervalBytes = ConfigKeys.Int(
        "index.interval.bytes", 4096, "How many bytes of records lie between two entries of the offset index.", min: 0);

    public static readonly ConfigKey<bool> Preallocate = ConfigKeys.Boolean(
        "preallocate", false, "Whether a new segment's file is given its full size at once.");

    // Durability: used by PartitionLog (messages) and LogManager (time).
    public static readonly ConfigKey<long> FlushMessages = ConfigKeys.Long(
        "flush.messages", long.MaxValue, "How many records may be unflushed before the log is synced to disk.", min: 1);

    public static readonly ConfigKey<long> FlushMs = ConfigKeys.Long(
        "flush.ms", long.MaxValue, "How long a record may be unflushed before the log is synced to disk, in milliseconds.", min: 0);

    // Retention: used by PartitionLog, scheduled by LogManager.
    public static readonly ConfigKey<IReadOnlyList<string>> CleanupPolicy = ConfigKeys.List(
        "cleanup.policy", LogConfig.Delete, "How old records go: delete, compact (by key), or both; empty keeps them all.",
        [LogConfig.Compact, LogConfig.Delete]);

    public static readonly ConfigKey<long> RetentionBytes = ConfigKeys.Long(
        "retention.bytes", -1, "The size past which the oldest segments are deleted, in bytes; -1: none.");

    public static readonly ConfigKey<long> RetentionMs = ConfigKeys.Long(
        "retention.ms", 604_800_000, "The age past which segments are deleted, in milliseconds; -1: none.", min: -1);

    public static readonly ConfigKey<long> FileDeleteDelayMs = ConfigKeys.Long(
        "file.delete.delay.ms", 60_000, "How long a deleted segment's files stay on disk, in milliseconds.", min: 0);

    // Compaction: used by the cleaner.
    public static readonly ConfigKey<double> MinCleanableDirtyRatio = ConfigKeys.Double(
        "min.cleanable.dirty.ratio", 0.5, "The share of a log that must be uncompacted before the cleaner takes it.", min: 0, max: 1);

    public static readonly ConfigKey<long> MinCompactionLagMs = ConfigKeys.Long(
        "min.compaction.lag.ms", 0, "How long a record stays uncompacted at least, in milliseconds.", min: 0);

    public static readonly ConfigKey<long> MaxCompactionLagMs = ConfigKeys.Long(
        "max.compaction.lag.ms", long.MaxValue, "How long a record stays uncompacted at most, in milliseconds.", min: 1);

    public static readonly ConfigKey<long> DeleteRetentionMs = ConfigKeys.Long(
        "delete.retention.ms", 86_400_000, "How long a tombstone is kept after compaction, in milliseconds.", min: 0);

    // What a leader accepts and stores: used by the record batch validator.
    public static readonly ConfigKey<int> MaxMessageBytes = ConfigKeys.Int(
        "max.message.bytes", 1_048_588, "The largest record batch that is taken, in bytes, after compression.", min: 0);

    public static readonly ConfigKey<string> CompressionType = ConfigKeys.String(
        "compression.type", "producer", "How batches are stored: as the producer compressed them, or in this codec.",
        ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]);

    public static readonly ConfigKey<int> CompressionGzipLevel = ConfigKeys.Int(
        "compression.gzip.level", -1, "The gzip level where compression.type is gzip; -1: the codec's default.",
        EnsureGzipLevel, "[1,...,9] or -1");

    public static readonly ConfigKey<int> CompressionLz4Level = ConfigKeys.Int(
        "compression.lz4.level", 9, "The lz4 level where compression.type is lz4.", min: 1, max: 17);

    public static readonly ConfigKey<int> CompressionZstdLevel = ConfigKeys.Int(
        "compression.zstd.level", 3, "The zstd level where compression.type is zstd.", min: -131_072, max: 22);

    public static readonly ConfigKey<string> MessageTimestampType = ConfigKeys.String(
        "message.timestamp.type", "CreateTime", "Whether a record's timestamp is its producer's or the time of the append.",
        ["CreateTime", "LogAppendTime"]);

    public static readonly ConfigKey<long> MessageTimestampBeforeMaxMs = ConfigKeys.Long(
        "message.timestamp.before.max.ms", long.MaxValue, "How far a timestamp may lie before the broker's clock, in milliseconds.",
        min: 0);

    public static readonly ConfigKey<long> MessageTimestampAfterMaxMs = ConfigKeys.Long(
        "message.timestamp.after.max.ms", 3_600_000, "How far a timestamp may lie after the broker's clock, in milliseconds.", min: 0);

    // Replication: used by the broker and the controller.
    public static readonly ConfigKey<int> MinInSyncReplicas = ConfigKeys.Int(
        "min.insync.replicas", 1, "How many replicas must be in sync for a write with acks=all to be taken.", min: 1);

    public static readonly ConfigKey<bool> UncleanLeaderElectionEnable = ConfigKeys.Boolean(
        "unclean.leader.election.enable", false, "Whether a replica that is not in sync may become leader, at the cost of records.");

    public static readonly ConfigKey<IReadOnlyList<string>> LeaderReplicationThrottledReplicas =
        ThrottledReplicas("leader.replication.throttled.replicas", "The replicas whose replication is throttled on the leader's side.");

    public static readonly ConfigKey<IReadOnlyList<string>> FollowerReplicationThrottledReplicas =
        ThrottledReplicas("follower.replication.throttled.replicas", "The replicas whose replication is throttled on the follower's side.");

    // Tiered storage: declared and validated; not used.
    public static readonly ConfigKey<bool> RemoteStorageEnable = ConfigKeys.Boolean(
        "remote.storage.enable", false, "Whether old segments move to remote storage.");

    public static readonly ConfigKey<bool> RemoteLogCopyDisable = ConfigKeys.Boolean(
        "remote.log.copy.disable", false, "Whether copying to remote storage stops.");

    public static readonly ConfigKey<bool> RemoteLogDeleteOnDisable = ConfigKeys.Boolean(
        "remote.log.delete.on.disable", false, "Whether remote data is deleted when remote storage is turned off for the topic.");

    public static readonly ConfigKey<long> LocalRetentionMs = ConfigKeys.Long(
        "local.retention.ms", -2, "How long segments stay local once they are remote, in milliseconds; -2: retention.ms.", min: -2);

    public static readonly ConfigKey<long> LocalRetentionBytes = ConfigKeys.Long(
        "local.retention.bytes", -2, "How much stays local once it is remote, in bytes; -2: retention.bytes.", min: -2);

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        SegmentBytes, InternalSegmentBytes, SegmentMs, SegmentJitterMs, SegmentIndexBytes, IndexIntervalBytes, Preallocate, FlushMessages,
        FlushMs, CleanupPolicy, RetentionBytes, RetentionMs, FileDeleteDelayMs, MinCleanableDirtyRatio, MinCompactionLagMs,
        MaxCompactionLagMs, DeleteRetentionMs, MaxMessageBytes, CompressionType, CompressionGzipLevel, CompressionLz4Level,
        CompressionZstdLevel, MessageTimestampType, MessageTimestampBeforeMaxMs, MessageTimestampAfterMaxMs, MinInSyncReplicas,
        UncleanLeaderElectionEnable, LeaderReplicationThrottledReplicas, FollowerReplicationThrottledReplicas, RemoteStorageEnable,
        RemoteLogCopyDisable, RemoteLogDeleteOnDisable, LocalRetentionMs, LocalRetentionBytes,
    ];

    public static ConfigSchema Schema { get; } = new(All);

    internal static void EnsureGzipLevel(string name, int level)
    {
        if (level is not (-1 or (>= 1 and <= 9)))
            throw new ConfigException(name, $"{level}", "Value must be between 1 and 9 or equal to -1");
    }

    private static ConfigKey<IReadOnlyList<string>> ThrottledReplicas(string name, string documentation) =>
        ConfigKeys.List(name, "", documentation, EnsureThrottledReplicas, "[partitionId]:[brokerId],[partitionId]:[brokerId],...");

    private static void EnsureThrottledReplicas(string name, IReadOnlyList<string> list)
    {
        // Kafka removes trailing empty items first, so "," is the empty list here.
        var items = list.All(item => item.Length == 0) ? [] : list;
        if (items is ["*"] || items.All(item => ReplicaPattern().IsMatch(item)))
            return;
        throw new ConfigException(name, $"[{string.Join(", ", list)}]",
            $"{name} must be the literal '*' or a list of replicas in the following format: " +
            "[partitionId]:[brokerId],[partitionId]:[brokerId],...");
    }

    [GeneratedRegex("^[0-9]+:[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ReplicaPattern();
}
