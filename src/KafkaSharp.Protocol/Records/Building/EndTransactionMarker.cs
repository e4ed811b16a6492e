namespace KafkaSharp.Protocol.Records.Building;

/// <summary>A commit or abort marker and the epoch of the coordinator that wrote it (Kafka's <c>EndTransactionMarker</c>).</summary>
public readonly record struct EndTransactionMarker(ControlRecordType Type, int CoordinatorEpoch);
