namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>Why one record was refused: its index in the produced batch and a message, as a produce response carries them.</summary>
public readonly record struct RecordError(int BatchIndex, string Message);
