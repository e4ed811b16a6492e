namespace KafkaSharp.Storage.Indexes;

/// <summary>A timestamp in milliseconds and the last offset of the batch that holds it.</summary>
public readonly record struct TimestampOffset(long Timestamp, long Offset)
{
    public static TimestampOffset Unknown { get; } = new(-1, -1);
}
