namespace KafkaSharp.Protocol.Messages;

/// <summary>The body of a request.</summary>
public interface IRequest<TSelf> : IMessage<TSelf>
    where TSelf : class, IRequest<TSelf>
{
    static abstract ApiKey ApiKey { get; }
}
