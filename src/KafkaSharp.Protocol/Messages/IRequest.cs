namespace KafkaSharp.Protocol.Messages;

/// <summary>The type of a request body.</summary>
public interface IRequest<TSelf> : IMessage<TSelf>
    where TSelf : class, IRequest<TSelf>
{
    static abstract ApiKey ApiKey { get; }
}
