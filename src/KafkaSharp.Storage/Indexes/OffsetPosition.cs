namespace KafkaSharp.Storage.Indexes;

/// <summary>An offset and the position in its segment's file where a batch begins whose last offset it is, or that lies before it.</summary>
public readonly record struct OffsetPosition(long Offset, int Position);
