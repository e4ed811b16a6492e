namespace KafkaSharp.Configuration;

/// <summary>
/// An invalid configuration value (Kafka's <c>ConfigException</c>). The message is one sentence in Kafka's form, with the key, the value
/// and the reason.
/// </summary>
public sealed class ConfigException : Exception
{
    public ConfigException(string key, string? value, string reason)
        : base($"Invalid value {value} for configuration {key}: {reason}")
    {
        Key = key;
        Value = value;
    }

    /// <summary>An exception with a complete message, for errors whose text differs from the usual form.</summary>
    public ConfigException(string message)
        : base(message) => Key = "";

    /// <summary>The invalid key, or empty if the exception was created with a complete message.</summary>
    public string Key { get; }

    public string? Value { get; }
}
