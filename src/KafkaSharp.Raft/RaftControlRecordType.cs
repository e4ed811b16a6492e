namespace KafkaSharp.Raft;

/// <summary>The control record types that the metadata log has (Kafka's <c>ControlRecordType</c>).</summary>
public enum RaftControlRecordType : short
{
    LeaderChange = 2,
    SnapshotHeader = 3,
    SnapshotFooter = 4,
    KRaftVersion = 5,
    KRaftVoters = 6,
}
