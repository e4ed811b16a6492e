namespace KafkaSharp.Protocol.Messages;

/// <summary>A message stored in a record of one of Kafka's own logs: a metadata record, or the key or value of a coordinator's record.</summary>
public interface IRecordMessage : IMessage
{
    /// <summary>The record type (Kafka's api key of the record), which is unique within its log.</summary>
    short Type { get; }
}
