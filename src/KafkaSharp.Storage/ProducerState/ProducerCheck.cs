using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// What the producer state says to a batch: take it, answer with the batch that is there already, or refuse it. A refusal carries the error code
/// and the sentence for the log; clients get the code alone, as from Kafka.
/// </summary>
public readonly record struct ProducerCheck(ErrorCode Error, bool IsDuplicate, BatchMetadata Duplicate, string? Message)
{
    public static ProducerCheck Ok => default;

    /// <summary>Whether the batch is to be appended.</summary>
    public bool IsOk => Error == ErrorCode.None && !IsDuplicate;

    public static ProducerCheck DuplicateOf(BatchMetadata batch) => new(ErrorCode.None, true, batch, null);

    public static ProducerCheck Refused(ErrorCode error, string message) => new(error, false, default, message);
}
