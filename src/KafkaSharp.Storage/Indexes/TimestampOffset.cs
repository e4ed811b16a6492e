namespace KafkaSharp.Storage.Indexes;

/// <summary>A timestamp in milliseconds since the Unix epoch and the last offset of its batch.</summary>
public readonly record struct TimestampOffset(long Timestamp, long Offset)
{
    public static TimestampOffset Unknown { get; } = new(-1, -1);
}
