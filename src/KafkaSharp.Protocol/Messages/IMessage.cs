namespace KafkaSharp.Protocol.Messages;

/// <summary>A message that can be written; plain data, not synchronized.</summary>
public interface IMessage
{
    /// <exception cref="ProtocolException">The version is not known, or can't carry a field that is set.</exception>
    void Write(ref KafkaWriter writer, short version);

    /// <summary>Tagged fields of the outermost level that the schema does not know.</summary>
    List<RawTaggedField>? UnknownTaggedFields { get; set; }
}
