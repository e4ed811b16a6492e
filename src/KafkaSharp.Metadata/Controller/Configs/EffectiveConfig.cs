namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>
/// A configuration as responses show it. <paramref name="Source"/> is the wire's number (1 topic, 4 static broker, 5 default, …).
/// </summary>
public sealed record EffectiveConfig(string Name, string? Value, sbyte Source, bool IsReadOnly = false, bool IsSensitive = false);
