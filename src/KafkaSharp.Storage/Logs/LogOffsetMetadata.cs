namespace KafkaSharp.Storage;

/// <summary>
/// An offset and where it lies (Kafka's <c>LogOffsetMetadata</c>): the base offset of its segment and the byte position in it, or neither where only
/// the offset is known. A waiting fetch counts the bytes between two of them.
/// </summary>
public readonly record struct LogOffsetMetadata(long MessageOffset, long SegmentBaseOffset = -1, int RelativePositionInSegment = -1)
{
    public static LogOffsetMetadata Unknown { get; } = new(-1);

    public bool MessageOffsetOnly => SegmentBaseOffset < 0 && RelativePositionInSegment < 0;

    public bool OnOlderSegment(in LogOffsetMetadata that) => SegmentBaseOffset < that.SegmentBaseOffset;

    public bool OnSameSegment(in LogOffsetMetadata that) => SegmentBaseOffset == that.SegmentBaseOffset;

    /// <summary>Bytes from <paramref name="that"/> to here, on the same segment.</summary>
    public int PositionDiff(in LogOffsetMetadata that) => RelativePositionInSegment - that.RelativePositionInSegment;
}
