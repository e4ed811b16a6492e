namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The leader of the quorum in an epoch (Kafka's <c>LeaderAndEpoch</c>); a null id if there is no leader or it is unknown.
/// </summary>
public readonly record struct LeaderAndEpoch(int? LeaderId, int Epoch)
{
    public bool IsLeader(int nodeId) => LeaderId == nodeId;
}
