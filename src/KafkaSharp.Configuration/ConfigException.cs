namespace KafkaSharp.Configuration;

/// <summary>A configuration value that can't be used. The message is one sentence in Kafka's form that names the key, the value and why.</summary>
public sealed class ConfigException(string key, string? value, string reason)
    : Exception($"Invalid value {value} for configuration {key}: {reason}")
{
    public string Key { get; } = key;

    public string? Value { get; } = value;
}
