using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>Where a batch of an idempotent producer lies: by its sequences it is known again when it is sent twice.</summary>
/// <param name="LastSequence">The sequence of its last record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="OffsetDelta">How many offsets lie between its first and its last record.</param>
/// <param name="Timestamp">Its largest timestamp, in milliseconds since 1970.</param>
public readonly record struct BatchMetadata(int LastSequence, long LastOffset, int OffsetDelta, long Timestamp)
{
    public int FirstSequence => RecordBatchHeader.DecrementSequence(LastSequence, OffsetDelta);

    public long FirstOffset => LastOffset - OffsetDelta;
}
