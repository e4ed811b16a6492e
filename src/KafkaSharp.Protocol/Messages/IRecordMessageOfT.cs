namespace KafkaSharp.Protocol.Messages;

/// <summary>A stored message with what its type knows.</summary>
public interface IRecordMessage<TSelf> : IMessage<TSelf>, IRecordMessage
    where TSelf : class, IRecordMessage<TSelf>
{
    static abstract short RecordType { get; }
}
