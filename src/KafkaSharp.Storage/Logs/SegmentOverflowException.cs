namespace KafkaSharp.Storage.Logs;

/// <summary>
/// A segment has a valid batch whose offsets are more than 2^31 above its base offset (Kafka's <c>LogSegmentOffsetOverflowException</c>).
/// </summary>
internal sealed class SegmentOverflowException(long baseOffset, long offset)
    : Exception($"Offset {offset} does not fit into the segment with base offset {baseOffset}")
{
    public long BaseOffset { get; } = baseOffset;
}
