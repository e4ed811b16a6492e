namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>What a simulated log contains at an offset: one record, or the marker of a transaction.</summary>
/// <param name="Value">A number that no other batch has.</param>
/// <param name="Timestamp">That of the record, in milliseconds.</param>
/// <param name="ProducerId">The producer, or -1.</param>
/// <param name="Sequence">The sequence of the producer, or -1.</param>
/// <param name="IsTransactional">Whether it belongs to a transaction.</param>
/// <param name="Marker">Whether it ends one: true to commit, false to abort, null for a record.</param>
internal sealed record SimulatedBatch(int Value, long Timestamp, long ProducerId, int Sequence, bool IsTransactional, bool? Marker);
