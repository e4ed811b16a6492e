namespace KafkaSharp.Storage.Segments;

/// <summary>The start of a read in a segment: the batch that contains an offset or is the first after it.</summary>
/// <param name="Position">The position of the batch.</param>
/// <param name="SizeInBytes">The size of the batch.</param>
/// <param name="LastOffset">The last offset of the batch.</param>
internal readonly record struct SegmentRead(int Position, int SizeInBytes, long LastOffset);
