namespace KafkaSharp.Protocol.Messages;

/// <summary>A message with what its type knows: the versions it has, and how it is read.</summary>
public interface IMessage<TSelf> : IMessage
    where TSelf : class, IMessage<TSelf>
{
    static abstract short LowestVersion { get; }

    static abstract short HighestVersion { get; }

    /// <exception cref="ProtocolException">The bytes are not one, or the version is not known.</exception>
    static abstract TSelf Read(ref KafkaReader reader, short version);
}
