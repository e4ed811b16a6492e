namespace KafkaSharp.Protocol.Records;

/// <summary>The type of a control record: the second int16 of its key (Kafka's <c>ControlRecordType</c>).</summary>
public enum ControlRecordType : short
{
    Unknown = -1,
    Abort = 0,
    Commit = 1,
    LeaderChange = 2,
    SnapshotHeader = 3,
    SnapshotFooter = 4,
    KRaftVersion = 5,
    KRaftVoters = 6,
}
