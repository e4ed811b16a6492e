namespace KafkaSharp.Storage.Logs;

/// <summary>
/// An offset with its position (Kafka's <c>LogOffsetMetadata</c>): the base offset of its segment and the byte position in it, or neither
/// when only the offset is known.
/// </summary>
public readonly record struct LogOffsetMetadata(long MessageOffset, long SegmentBaseOffset = -1, int RelativePositionInSegment = -1)
{
    public static LogOffsetMetadata Unknown { get; } = new(-1);

    public bool MessageOffsetOnly => SegmentBaseOffset < 0 && RelativePositionInSegment < 0;

    public bool OnOlderSegment(in LogOffsetMetadata that) => SegmentBaseOffset < that.SegmentBaseOffset;
}
