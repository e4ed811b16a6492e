using System.Buffers.Binary;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Server.DumpLog.Json;

namespace KafkaSharp.Server.DumpLog.Records;

/// <summary>The text of a control record: the marker of a transaction, or a message of the quorum.</summary>
internal sealed class ControlTexts
{
    private readonly Lazy<StoredMessages> _messages = new(StoredMessages.Load);

    public string Of(in Record record)
    {
        var type = record.Key.Length >= 4
            ? (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(record.Key[2..])
            : ControlRecordType.Unknown;
        return type switch
        {
            ControlRecordType.Abort => $"endTxnMarker: ABORT coordinatorEpoch: {CoordinatorEpoch(record.Value)}",
            ControlRecordType.Commit => $"endTxnMarker: COMMIT coordinatorEpoch: {CoordinatorEpoch(record.Value)}",
            ControlRecordType.LeaderChange => $"LeaderChange: {Message("LeaderChangeMessage", record.Value)}",
            ControlRecordType.SnapshotHeader => $"SnapshotHeader {Message("SnapshotHeaderRecord", record.Value)}",
            ControlRecordType.SnapshotFooter => $"SnapshotFooter {Message("SnapshotFooterRecord", record.Value)}",
            ControlRecordType.KRaftVersion => $"KRaftVersion {Message("KRaftVersionRecord", record.Value)}",
            ControlRecordType.KRaftVoters => $"KRaftVoters {Message("VotersRecord", record.Value)}",
            _ => $"controlType: {type.ToString().ToUpperInvariant()}({(short)type})",
        };
    }

    private static int CoordinatorEpoch(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadInt32BigEndian(value[2..]);

    // Each begins with its version, which is its first field too.
    private string Message(string name, ReadOnlySpan<byte> value)
    {
        var version = BinaryPrimitives.ReadInt16BigEndian(value);
        var reader = new KafkaReader(value.ToArray());
        return new SchemaReader(_messages.Value.Data(name), version).Read(ref reader);
    }
}
