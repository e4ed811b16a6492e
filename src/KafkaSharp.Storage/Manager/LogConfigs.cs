using System.Collections.Concurrent;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>The log configuration of each topic, made once and shared by its partitions. Safe for use from several threads.</summary>
sealed class LogConfigs
{
    private static readonly Dictionary<string, string> None = [];

    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _overrides = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LogConfig> _configs = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, string> _defaults;
    private volatile ConfigValues _broker;

    /// <param name="broker">The broker's configuration.</param>
    /// <param name="logger">Takes faults.</param>
    public LogConfigs(ConfigValues broker, ILogger logger)
    {
        _logger = logger;
        _broker = broker;
        _defaults = BrokerLogConfigs.TopicDefaults(broker);
        Broker = LogConfig.From(_defaults, None);
    }

    /// <summary>That of a topic without configs of its own.</summary>
    public LogConfig Broker { get; private set; }

    public LogConfig Of(string topic) => _overrides.TryGetValue(topic, out var overrides) ? _configs.GetOrAdd(topic, Make, overrides) : Broker;

    /// <summary>Sets a topic's own configs; with none of them, as when the topic was deleted, it is forgotten.</summary>
    public void SetTopic(string topic, IReadOnlyDictionary<string, string> overrides)
    {
        if (overrides.Count > 0)
            _overrides[topic] = overrides;
        else
            _overrides.TryRemove(topic, out _);
        _configs.TryRemove(topic, out _);
    }

    public void SetBroker(ConfigValues broker)
    {
        _broker = broker;
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
        TransactionVerificationEnabled = true,
        ProducerIdExpirationMs = _broker.Get(LogManagerConfigs.ProducerIdExpirationMs),
        Logger = options.LoggerFactory.CreateLogger<PartitionLog>(),
    };

    private LogConfig Make(string topic, IReadOnlyDictionary<string, string> overrides)
    {
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
