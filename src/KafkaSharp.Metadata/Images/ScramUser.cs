namespace KafkaSharp.Metadata.Images;

/// <summary>The key of a SCRAM credential: the id of the mechanism (1 SCRAM-SHA-256, 2 SCRAM-SHA-512) and the user name.</summary>
public readonly record struct ScramUser(sbyte Mechanism, string Name);
