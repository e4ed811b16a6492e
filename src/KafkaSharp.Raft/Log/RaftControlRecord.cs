using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Raft.Log;

/// <summary>A control record of the metadata log or of a snapshot.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Message">
/// LeaderChangeMessage, SnapshotHeaderRecord, SnapshotFooterRecord, KRaftVersionRecord or VotersRecord of KafkaSharp.Protocol.Messages.
/// </param>
public sealed record RaftControlRecord(ControlRecordType Type, object Message);
