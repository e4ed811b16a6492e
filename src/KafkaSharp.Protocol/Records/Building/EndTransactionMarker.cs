namespace KafkaSharp.Protocol.Records.Building;

/// <summary>The value of a commit or abort marker: the epoch of the coordinator that wrote it.</summary>
public readonly record struct EndTransactionMarker(ControlRecordType Type, int CoordinatorEpoch);
