namespace KafkaSharp.Storage;

/// <summary>An offset and the leader epoch that it belongs to.</summary>
public readonly record struct OffsetAndEpoch(long Offset, int LeaderEpoch);
