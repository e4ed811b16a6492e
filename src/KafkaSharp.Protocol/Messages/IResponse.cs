namespace KafkaSharp.Protocol.Messages;

/// <summary>The body of a response.</summary>
public interface IResponse<TSelf> : IMessage<TSelf>
    where TSelf : class, IResponse<TSelf>
{
    static abstract ApiKey ApiKey { get; }
}
