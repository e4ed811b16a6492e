namespace KafkaSharp.Raft.Quorum;

/// <summary>The address of a voter: the name of its controller listener, host and port.</summary>
public readonly record struct RaftEndpoint(string Name, string Host, ushort Port)
{
    public override string ToString() => $"{Name}://{Host}:{Port}";
}
