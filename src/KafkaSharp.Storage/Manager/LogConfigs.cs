using System.Collections.Concurrent;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage;

/// <summary>The log configuration of each topic, made once and shared by its partitions. Safe for use from several threads.</summary>
sealed class LogConfigs
{
    private static readonly Dictionary<string, string> None = [];

    private readonly Func<string, IReadOnlyDictionary<string, string>>? _initial;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _overrides = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LogConfig> _configs = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, string> _defaults;

    /// <param name="broker">The broker's configuration.</param>
    /// <param name="initial">Where a topic's own configs come from that nobody has set here yet.</param>
    /// <param name="logger">Takes faults.</param>
    public LogConfigs(ConfigValues broker, Func<string, IReadOnlyDictionary<string, string>>? initial, ILogger logger)
    {
        _initial = initial;
        _logger = logger;
        _defaults = BrokerLogConfigs.TopicDefaults(broker);
        Broker = LogConfig.From(_defaults, None);
    }

    /// <summary>That of a topic without configs of its own.</summary>
    public LogConfig Broker { get; private set; }

    public LogConfig Of(string topic) => _configs.GetOrAdd(topic, Make);

    public void SetTopic(string topic, IReadOnlyDictionary<string, string> overrides)
    {
        _overrides[topic] = overrides;
        _configs.TryRemove(topic, out _);
    }

    public void SetBroker(ConfigValues broker)
    {
        _defaults = BrokerLogConfigs.TopicDefaults(broker);
        Broker = LogConfig.From(_defaults, None);
        _configs.Clear();
    }

    public PartitionLogOptions LogOptions(LogManagerOptions options, TopicPartition partition, string path) => new()
    {
        FileSystem = options.FileSystem,
        Directory = path,
        TopicPartition = partition,
        Config = Of(partition.Topic),
        Time = options.Time,
        Random = options.Random,
        ProducerIdExpirationMs = options.BrokerConfig.Get(LogManagerConfigs.ProducerIdExpirationMs),
        Logger = options.LoggerFactory.CreateLogger<PartitionLog>(),
    };

    private LogConfig Make(string topic)
    {
        var overrides = _overrides.GetValueOrDefault(topic) ?? _initial?.Invoke(topic) ?? None;
        if (overrides.Count == 0)
            return Broker;
        try
        {
            return LogConfig.From(_defaults, overrides);
        }
        catch (ConfigException e)
        {
            // It was checked when it was set; a log that can't be served for it would be worse than one with the defaults.
            _logger.TopicConfigRefused(topic, e.Message);
            return Broker;
        }
    }
}
