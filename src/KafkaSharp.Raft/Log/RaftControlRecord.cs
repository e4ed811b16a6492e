using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Raft.Log;

/// <summary>A control record of the metadata log or of a snapshot.</summary>
/// <param name="Type">The type in the record's key.</param>
/// <param name="Message">
/// The value: LeaderChangeMessage, SnapshotHeaderRecord, SnapshotFooterRecord, KRaftVersionRecord or VotersRecord of
/// KafkaSharp.Protocol.Messages.
/// </param>
public sealed record RaftControlRecord(ControlRecordType Type, object Message);
