namespace KafkaSharp.Storage.Segments;

/// <summary>Where in a segment a read begins: the batch that holds, or first follows, an offset.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="SizeInBytes">How large it is.</param>
/// <param name="LastOffset">Its last offset.</param>
readonly record struct SegmentRead(int Position, int SizeInBytes, long LastOffset);
