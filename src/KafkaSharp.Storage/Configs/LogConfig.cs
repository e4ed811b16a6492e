using KafkaSharp.Configuration;

namespace KafkaSharp.Storage.Configs;

/// <summary>
/// The configuration of one log (Kafka's <c>LogConfig</c>): the topic's configs over the broker's defaults. Immutable; a change of
/// either creates a new object. Times are in milliseconds, sizes in bytes.
/// </summary>
public sealed class LogConfig
{
    public const string Delete = "delete";
    public const string Compact = "compact";

    private readonly ConfigValues _values;

    /// <param name="values">Topic configs parsed with <see cref="TopicConfigs.Schema"/>.</param>
    public LogConfig(ConfigValues values)
    {
        _values = values;
        SegmentSize = values.Get(TopicConfigs.InternalSegmentBytes) ?? values.Get(TopicConfigs.SegmentBytes);
        SegmentMs = values.Get(TopicConfigs.SegmentMs);
        SegmentJitterMs = values.Get(TopicConfigs.SegmentJitterMs);
        MaxIndexSize = values.Get(TopicConfigs.SegmentIndexBytes);
        IndexInterval = values.Get(TopicConfigs.IndexIntervalBytes);
        Preallocate = values.Get(TopicConfigs.Preallocate);
        FlushInterval = values.Get(TopicConfigs.FlushMessages);
        FlushMs = values.Get(TopicConfigs.FlushMs);
        RetentionSize = values.Get(TopicConfigs.RetentionBytes);
        RetentionMs = values.Get(TopicConfigs.RetentionMs);
        FileDeleteDelayMs = values.Get(TopicConfigs.FileDeleteDelayMs);
        MinCleanableDirtyRatio = values.Get(TopicConfigs.MinCleanableDirtyRatio);
        MinCompactionLagMs = values.Get(TopicConfigs.MinCompactionLagMs);
        MaxCompactionLagMs = values.Get(TopicConfigs.MaxCompactionLagMs);
        DeleteRetentionMs = values.Get(TopicConfigs.DeleteRetentionMs);
        MaxMessageSize = values.Get(TopicConfigs.MaxMessageBytes);
        var policy = values.Get(TopicConfigs.CleanupPolicy);
        IsDelete = policy.Contains(Delete, StringComparer.Ordinal);
        IsCompact = policy.Contains(Compact, StringComparer.Ordinal);
        MaxSegmentMs = IsCompact && MaxCompactionLagMs > 0 ? Math.Min(SegmentMs, MaxCompactionLagMs) : SegmentMs;
    }

    /// <summary>Every config with Kafka's default.</summary>
    public static LogConfig Default { get; } = new(ConfigValues.Empty);

    /// <summary>The size at which a segment rolls: internal.segment.bytes, else segment.bytes.</summary>
    public int SegmentSize { get; }

    public long SegmentMs { get; }

    /// <summary>
    /// After which time a segment rolls: segment.ms, or max.compaction.lag.ms of a compacted log if it is shorter, because the active
    /// segment is not compacted.
    /// </summary>
    public long MaxSegmentMs { get; }

    public long SegmentJitterMs { get; }

    public int MaxIndexSize { get; }

    public int IndexInterval { get; }

    public bool Preallocate { get; }

    /// <summary>How many unflushed records are allowed (flush.messages).</summary>
    public long FlushInterval { get; }

    public long FlushMs { get; }

    /// <summary>retention.bytes; negative: no limit.</summary>
    public long RetentionSize { get; }

    /// <summary>retention.ms; negative: no limit.</summary>
    public long RetentionMs { get; }

    public long FileDeleteDelayMs { get; }

    /// <summary>Above which share of dirty bytes a log is compacted.</summary>
    public double MinCleanableDirtyRatio { get; }

    /// <summary>How long a record stays uncompacted at least.</summary>
    public long MinCompactionLagMs { get; }

    /// <summary>After which time a record is compacted, whatever the share of dirty bytes.</summary>
    public long MaxCompactionLagMs { get; }

    /// <summary>How long tombstones and transaction markers stay after they were compacted for the first time.</summary>
    public long DeleteRetentionMs { get; }

    public int MaxMessageSize { get; }

    /// <summary>Whether cleanup.policy contains delete: retention by time and size applies.</summary>
    public bool IsDelete { get; }

    /// <summary>Whether cleanup.policy contains compact.</summary>
    public bool IsCompact { get; }

    /// <summary>
    /// How much segment.ms is shortened for one segment, drawn once when the segment is opened (Kafka's <c>randomSegmentJitter</c>).
    /// </summary>
    public long RandomSegmentJitter(Random random) =>
        SegmentJitterMs == 0 ? 0 : random.NextInt64(Math.Min(SegmentJitterMs, SegmentMs));

    /// <summary>The initial size of a new segment's file: 0 unless preallocate.</summary>
    public int InitialFileSize => Preallocate ? SegmentSize : 0;

    /// <summary>Any other topic config.</summary>
    public T Get<T>(ConfigKey<T> key) => _values.Get(key);

    /// <summary>A config as properties text, as DescribeConfigs shows it.</summary>
    public string? GetText(ConfigKey key) => _values.GetText(key);

    /// <summary>The topic's overrides laid over the broker's defaults.</summary>
    /// <param name="brokerDefaults">From <see cref="BrokerLogConfigs.TopicDefaults"/>.</param>
    /// <param name="overrides">The topic's own configs.</param>
    /// <exception cref="ConfigException">
    /// A value is invalid. Stored configs were validated when they were set, so this is a fault in the broker's configuration file.
    /// </exception>
    public static LogConfig From(IReadOnlyDictionary<string, string> brokerDefaults, IReadOnlyDictionary<string, string> overrides)
    {
        if (brokerDefaults.Count == 0 && overrides.Count == 0)
            return Default;
        var merged = new Dictionary<string, string>(brokerDefaults, StringComparer.Ordinal);
        foreach (var (name, text) in overrides)
            merged[name] = text;
        return new LogConfig(ConfigValues.Parse(TopicConfigs.Schema, merged));
    }

    /// <summary>
    /// Validates new configs of a topic: their names, each value, and combinations of values with the broker's defaults
    /// (Kafka's <c>LogConfig.validate</c>). The error is INVALID_CONFIG with the exception's message.
    /// </summary>
    /// <exception cref="ConfigException">The first fault.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string>? brokerDefaults = null)
    {
        foreach (var name in configs.Keys)
        {
            if (TopicConfigs.Schema.Find(name) is null)
                throw new ConfigException($"Unknown topic config name: {name}");
        }
        var values = From(brokerDefaults ?? new Dictionary<string, string>(), configs);
        var (min, max) = (values.Get(TopicConfigs.MinCompactionLagMs), values.Get(TopicConfigs.MaxCompactionLagMs));
        if (min > max)
            throw new ConfigException($"conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})");
    }
}
