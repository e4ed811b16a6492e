namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>A refused record in a produce response: its index in the batch and the reason (Kafka's <c>RecordError</c>).</summary>
public readonly record struct RecordError(int BatchIndex, string Message);
