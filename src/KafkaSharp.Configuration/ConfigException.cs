namespace KafkaSharp.Configuration;

/// <summary>A configuration value that can't be used. The message is one sentence in Kafka's form that names the key, the value and why.</summary>
public sealed class ConfigException : Exception
{
    public ConfigException(string key, string? value, string reason)
        : base($"Invalid value {value} for configuration {key}: {reason}")
    {
        Key = key;
        Value = value;
    }

    /// <summary>A fault whose whole sentence is given, for those where Kafka's form differs.</summary>
    public ConfigException(string message)
        : base(message) => Key = "";

    /// <summary>The key at fault, or empty where the sentence is about several.</summary>
    public string Key { get; }

    public string? Value { get; }
}
