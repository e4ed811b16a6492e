namespace KafkaSharp.Raft.Quorum;

/// <summary>Who leads the quorum in an epoch; no id where it is not known or there is none.</summary>
public readonly record struct LeaderAndEpoch(int? LeaderId, int Epoch)
{
    public bool IsLeader(int nodeId) => LeaderId == nodeId;
}
