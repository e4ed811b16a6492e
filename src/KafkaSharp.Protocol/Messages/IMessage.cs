namespace KafkaSharp.Protocol.Messages;

/// <summary>A message of the protocol (Kafka's <c>ApiMessage</c>): plain data. Not thread-safe.</summary>
public interface IMessage
{
    /// <exception cref="ProtocolException">The version is unknown, or a field is set that this version does not have.</exception>
    void Write(ref KafkaWriter writer, short version);

    /// <summary>Tagged fields of the top-level struct that the schema does not define.</summary>
    List<RawTaggedField>? UnknownTaggedFields { get; set; }
}
