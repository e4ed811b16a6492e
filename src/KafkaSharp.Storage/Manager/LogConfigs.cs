using System.Collections.Concurrent;
using KafkaSharp.Configuration;
using KafkaSharp.Storage.Configs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>The log configuration of each topic, made once and shared by its partitions. Thread-safe.</summary>
internal sealed class LogConfigs
{
    private static readonly Dictionary<string, string> None = [];

    private readonly ILogger _logger;
    private readonly Action _onCompactedLog;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _overrides = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LogConfig> _configs = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, string> _defaults;
    private volatile ConfigValues _broker;

    /// <param name="broker">The broker's configuration.</param>
    /// <param name="logger">The log of invalid configurations.</param>
    /// <param name="onCompactedLog">Is called when a log has cleanup.policy=compact.</param>
    public LogConfigs(ConfigValues broker, ILogger logger, Action onCompactedLog)
    {
        _logger = logger;
        _onCompactedLog = onCompactedLog;
        _broker = broker;
        _defaults = BrokerLogConfigs.TopicDefaults(broker);
        Broker = LogConfig.From(_defaults, None);
    }

    /// <summary>The configuration of topics without configs of their own.</summary>
    public LogConfig Broker { get; private set; }

    /// <summary>producer.id.expiration.ms.</summary>
    public int ProducerIdExpirationMs => _broker.Get(LogManagerConfigs.ProducerIdExpirationMs);

    /// <summary>transaction.partition.verification.enable.</summary>
    public bool IsTransactionVerificationEnabled => _broker.Get(LogManagerConfigs.TransactionPartitionVerificationEnable);

    /// <summary>The configuration of a topic's logs.</summary>
    public LogConfig Of(string topic)
    {
        var config = _overrides.TryGetValue(topic, out var overrides) ? _configs.GetOrAdd(topic, Make, overrides) : Broker;
        if (config.IsCompact)
            _onCompactedLog();
        return config;
    }

    /// <summary>Sets a topic's own configs; an empty set, as after a deletion, removes the topic.</summary>
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

    private LogConfig Make(string topic, IReadOnlyDictionary<string, string> overrides)
    {
        try
        {
            return LogConfig.From(_defaults, overrides);
        }
        catch (ConfigException e)
        {
            // The controller has validated it, so this is unexpected; a log with the defaults is better than an unavailable one.
            _logger.TopicConfigRefused(topic, e.Message);
            return Broker;
        }
    }
}
