using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The position of a batch of an idempotent producer. A repeated batch is recognized by its sequences (Kafka's <c>BatchMetadata</c>).
/// </summary>
/// <param name="LastSequence">The sequence of its last record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="OffsetDelta">The difference between the offsets of its last and first record.</param>
/// <param name="Timestamp">Its largest timestamp, in milliseconds since 1970.</param>
public readonly record struct BatchMetadata(int LastSequence, long LastOffset, int OffsetDelta, long Timestamp)
{
    public int FirstSequence => RecordBatchHeader.DecrementSequence(LastSequence, OffsetDelta);

    public long FirstOffset => LastOffset - OffsetDelta;
}
