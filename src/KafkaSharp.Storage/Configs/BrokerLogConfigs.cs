using System.Collections.Frozen;
using System.Globalization;
using KafkaSharp.Configuration;
using static KafkaSharp.Configuration.ConfigUpdateMode;

namespace KafkaSharp.Storage.Configs;

/// <summary>
/// The broker keys with the defaults of the topic configs (<c>log.*</c> and a few more). When several keys set one default, the first one
/// that is set counts: log.retention.ms before log.retention.minutes before log.retention.hours.
/// </summary>
public static class BrokerLogConfigs
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    public static readonly ConfigKey<long?> RollMs = ConfigKeys.OptionalLong(
        "log.roll.ms", "The default of segment.ms; log.roll.hours decides where it is not set.", update: ClusterWide);

    public static readonly ConfigKey<int> RollHours = ConfigKeys.Int("log.roll.hours", 168, "The default of segment.ms, in hours.", min: 1);

    public static readonly ConfigKey<long?> RollJitterMs = ConfigKeys.OptionalLong(
        "log.roll.jitter.ms", "The default of segment.jitter.ms; log.roll.jitter.hours decides where it is not set.", update: ClusterWide);

    public static readonly ConfigKey<int> RollJitterHours = ConfigKeys.Int(
        "log.roll.jitter.hours", 0, "The default of segment.jitter.ms, in hours.", min: 0);

    public static readonly ConfigKey<long?> FlushIntervalMs = ConfigKeys.OptionalLong(
        "log.flush.interval.ms", "The default of flush.ms; log.flush.scheduler.interval.ms where it is not set.", update: ClusterWide);

    public static readonly ConfigKey<long?> RetentionMs = ConfigKeys.OptionalLong(
        "log.retention.ms", "The default of retention.ms; log.retention.minutes decides where it is not set.", update: ClusterWide);

    public static readonly ConfigKey<int?> RetentionMinutes = ConfigKeys.OptionalInt(
        "log.retention.minutes", "The default of retention.ms, in minutes; log.retention.hours decides where it is not set.");

    public static readonly ConfigKey<int> RetentionHours = ConfigKeys.Int(
        "log.retention.hours", 168, "The default of retention.ms, in hours.");

    private static readonly FrozenDictionary<string, Source[]> Sources = new Dictionary<string, Source[]>
    {
        [TopicConfigs.SegmentMs.Name] = [new(RollMs), new(RollHours, Hour)],
        [TopicConfigs.SegmentJitterMs.Name] = [new(RollJitterMs), new(RollJitterHours, Hour)],
        [TopicConfigs.FlushMs.Name] = [new(FlushIntervalMs), new(LogManagerConfigs.FlushSchedulerIntervalMs)],
        [TopicConfigs.RetentionMs.Name] = [new(RetentionMs), new(RetentionMinutes, Minute), new(RetentionHours, Hour)],
        [TopicConfigs.SegmentBytes.Name] = Same(TopicConfigs.SegmentBytes, "log.segment.bytes"),
        [TopicConfigs.SegmentIndexBytes.Name] = Same(TopicConfigs.SegmentIndexBytes, "log.index.size.max.bytes"),
        [TopicConfigs.IndexIntervalBytes.Name] = Same(TopicConfigs.IndexIntervalBytes, "log.index.interval.bytes"),
        [TopicConfigs.Preallocate.Name] = Same(TopicConfigs.Preallocate, "log.preallocate"),
        [TopicConfigs.FlushMessages.Name] = Same(TopicConfigs.FlushMessages, "log.flush.interval.messages"),
        [TopicConfigs.CleanupPolicy.Name] = Same(TopicConfigs.CleanupPolicy, "log.cleanup.policy"),
        [TopicConfigs.RetentionBytes.Name] = Same(TopicConfigs.RetentionBytes, "log.retention.bytes"),
        [TopicConfigs.FileDeleteDelayMs.Name] = Same(TopicConfigs.FileDeleteDelayMs, "log.segment.delete.delay.ms"),
        [TopicConfigs.MinCleanableDirtyRatio.Name] = Same(TopicConfigs.MinCleanableDirtyRatio, "log.cleaner.min.cleanable.ratio"),
        [TopicConfigs.MinCompactionLagMs.Name] = Same(TopicConfigs.MinCompactionLagMs, "log.cleaner.min.compaction.lag.ms"),
        [TopicConfigs.MaxCompactionLagMs.Name] = Same(TopicConfigs.MaxCompactionLagMs, "log.cleaner.max.compaction.lag.ms"),
        [TopicConfigs.DeleteRetentionMs.Name] = Same(TopicConfigs.DeleteRetentionMs, "log.cleaner.delete.retention.ms"),
        [TopicConfigs.MaxMessageBytes.Name] = Same(TopicConfigs.MaxMessageBytes, "message.max.bytes"),
        [TopicConfigs.CompressionType.Name] = Same(TopicConfigs.CompressionType, "compression.type"),
        [TopicConfigs.CompressionGzipLevel.Name] = Same(TopicConfigs.CompressionGzipLevel, "compression.gzip.level"),
        [TopicConfigs.CompressionLz4Level.Name] = Same(TopicConfigs.CompressionLz4Level, "compression.lz4.level"),
        [TopicConfigs.CompressionZstdLevel.Name] = Same(TopicConfigs.CompressionZstdLevel, "compression.zstd.level"),
        [TopicConfigs.MessageTimestampType.Name] = Same(TopicConfigs.MessageTimestampType, "log.message.timestamp.type"),
        [TopicConfigs.MessageTimestampBeforeMaxMs.Name] =
            Same(TopicConfigs.MessageTimestampBeforeMaxMs, "log.message.timestamp.before.max.ms"),
        [TopicConfigs.MessageTimestampAfterMaxMs.Name] =
            Same(TopicConfigs.MessageTimestampAfterMaxMs, "log.message.timestamp.after.max.ms"),
        [TopicConfigs.MinInSyncReplicas.Name] = Same(TopicConfigs.MinInSyncReplicas, "min.insync.replicas"),
        [TopicConfigs.UncleanLeaderElectionEnable.Name] =
            Same(TopicConfigs.UncleanLeaderElectionEnable, "unclean.leader.election.enable"),
        [TopicConfigs.LocalRetentionMs.Name] = Same(TopicConfigs.LocalRetentionMs, "log.local.retention.ms"),
        [TopicConfigs.LocalRetentionBytes.Name] = Same(TopicConfigs.LocalRetentionBytes, "log.local.retention.bytes"),
    }.ToFrozenDictionary();

    /// <summary>All broker keys declared here, to be put into the broker's schema.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
        [.. Sources.Values.SelectMany(sources => sources).Select(source => source.Key).Except(LogManagerConfigs.All)];

    /// <summary>
    /// The broker keys with the default of a topic config, in order of precedence; none for a config without a broker default.
    /// </summary>
    public static IReadOnlyList<ConfigKey> SynonymsOf(string topicConfig) =>
        Sources.TryGetValue(topicConfig, out var sources) ? Array.ConvertAll(sources, source => source.Key) : [];

    /// <summary>The topic configs whose default the broker's own configuration changes, as properties text by topic config name.</summary>
    public static Dictionary<string, string> TopicDefaults(ConfigValues broker)
    {
        var defaults = new Dictionary<string, string>();
        foreach (var (topicConfig, sources) in Sources)
        {
            if (sources.FirstOrDefault(source => broker.IsSet(source.Key)) is { Key: not null } source)
                defaults[topicConfig] = source.Text(broker);
        }
        if (defaults.TryGetValue(TopicConfigs.RetentionMs.Name, out var retention) && retention.StartsWith('-'))
            defaults[TopicConfigs.RetentionMs.Name] = "-1";
        return defaults;
    }

    private static Source[] Same<T>(ConfigKey<T> topicConfig, string name) => [new(topicConfig.Synonym(name, ClusterWide))];

    private readonly record struct Source(ConfigKey Key, long Unit = 1)
    {
        public string Text(ConfigValues broker)
        {
            var text = broker.GetText(Key)!;
            return Unit == 1 ? text : (long.Parse(text, CultureInfo.InvariantCulture) * Unit).ToString(CultureInfo.InvariantCulture);
        }
    }
}
