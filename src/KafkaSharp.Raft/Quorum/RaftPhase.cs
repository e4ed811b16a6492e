namespace KafkaSharp.Raft.Quorum;

/// <summary>The role of a node in its epoch (Kafka's <c>EpochState</c> classes). A sole voter is never a candidate or a follower.</summary>
public enum RaftPhase
{
    /// <summary>The epoch is known, the leader is not.</summary>
    Unattached,

    Leader,

    /// <summary>The node was the leader and resigned. It waits for the election timeout before it starts an election.</summary>
    Resigned,
}
