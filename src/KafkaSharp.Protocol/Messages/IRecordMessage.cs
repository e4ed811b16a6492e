namespace KafkaSharp.Protocol.Messages;

/// <summary>A message stored in a record: a metadata record, or the key or value of a coordinator record.</summary>
public interface IRecordMessage : IMessage
{
    /// <summary>The record type, unique within a log. Kafka calls it the API key of the record.</summary>
    short Type { get; }
}
