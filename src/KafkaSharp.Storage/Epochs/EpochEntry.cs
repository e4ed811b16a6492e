namespace KafkaSharp.Storage.Epochs;

/// <summary>A leader epoch and the offset of the first record that was written in it.</summary>
public readonly record struct EpochEntry(int Epoch, long StartOffset);
