namespace KafkaSharp.Testing;

/// <summary>A topic that a test broker has from the start.</summary>
/// <param name="Name">The name.</param>
/// <param name="Partitions">The number of partitions.</param>
/// <param name="Configs">Topic configs by Kafka's names, such as <c>cleanup.policy</c>; null for the broker's defaults.</param>
public sealed record TestTopic(string Name, int Partitions = 1, IReadOnlyDictionary<string, string>? Configs = null);
