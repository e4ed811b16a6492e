namespace KafkaSharp.Protocol.Records;

/// <summary>Whether producer or broker set the timestamps of a batch (Kafka's <c>TimestampType</c>). Magic 0 has no timestamps.</summary>
public enum TimestampType : sbyte
{
    NoTimestampType = -1,
    CreateTime = 0,
    LogAppendTime = 1,
}
