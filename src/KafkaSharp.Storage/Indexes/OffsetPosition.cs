namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// An offset and a position in the file of its segment: the start of the batch that ends with the offset, or of an earlier batch.
/// </summary>
public readonly record struct OffsetPosition(long Offset, int Position);
