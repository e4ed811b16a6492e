namespace KafkaSharp.Raft.Quorum;

/// <summary>What a node is in its epoch (Kafka's <c>EpochState</c> classes). A sole voter is never candidate nor follower.</summary>
public enum RaftPhase
{
    /// <summary>Knows the epoch but no leader.</summary>
    Unattached,

    Leader,

    /// <summary>Led this epoch and gave it up; waits before it stands again.</summary>
    Resigned,
}
