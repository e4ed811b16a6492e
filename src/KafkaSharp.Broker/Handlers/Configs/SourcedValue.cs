using KafkaSharp.Broker.Configuration;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>A value of a key, or of a synonym of it, and where it comes from.</summary>
internal readonly record struct SourcedValue(string Name, string? Text, ConfigSource Source);
