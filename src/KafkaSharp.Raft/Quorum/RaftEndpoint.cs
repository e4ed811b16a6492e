namespace KafkaSharp.Raft.Quorum;

/// <summary>Where a voter is reached: the name of its controller listener, host and port.</summary>
public readonly record struct RaftEndpoint(string Name, string Host, ushort Port)
{
    public override string ToString() => $"{Name}://{Host}:{Port}";
}
