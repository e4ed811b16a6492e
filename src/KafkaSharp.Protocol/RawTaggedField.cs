namespace KafkaSharp.Protocol;

/// <summary>A tagged field (KIP-482) that the schema does not know: its tag and its bytes as they came.</summary>
public readonly record struct RawTaggedField(int Tag, byte[] Data);
