namespace KafkaSharp.Protocol.Messages;

/// <summary>A record message type with its record type number.</summary>
public interface IRecordMessage<TSelf> : IMessage<TSelf>, IRecordMessage
    where TSelf : class, IRecordMessage<TSelf>
{
    static abstract short RecordType { get; }
}
