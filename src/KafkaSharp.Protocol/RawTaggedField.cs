namespace KafkaSharp.Protocol;

/// <summary>A tagged field (KIP-482) that the schema does not define: its tag and its unparsed bytes.</summary>
public readonly record struct RawTaggedField(int Tag, byte[] Data);
