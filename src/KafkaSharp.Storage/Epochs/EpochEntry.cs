namespace KafkaSharp.Storage.Epochs;

/// <summary>A leader epoch and the offset of its first record (Kafka's <c>EpochEntry</c>).</summary>
public readonly record struct EpochEntry(int Epoch, long StartOffset);
