namespace KafkaSharp.Protocol.Messages;

/// <summary>A message type with its versions and its reader.</summary>
public interface IMessage<TSelf> : IMessage
    where TSelf : class, IMessage<TSelf>
{
    static abstract short LowestVersion { get; }

    static abstract short HighestVersion { get; }

    /// <exception cref="ProtocolException">The bytes are not a valid message, or the version is unknown.</exception>
    static abstract TSelf Read(ref KafkaReader reader, short version);
}
