namespace KafkaSharp.Protocol.Records;

/// <summary>Who set the timestamps of a batch (Kafka's <c>TimestampType</c>); magic 0 has none.</summary>
public enum TimestampType : sbyte
{
    NoTimestampType = -1,
    CreateTime = 0,
    LogAppendTime = 1,
}
