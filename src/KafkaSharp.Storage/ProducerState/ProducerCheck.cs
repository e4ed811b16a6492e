using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The result of checking a batch against the producer state: append it, respond with the original batch because it is a duplicate, or
/// refuse it. A refusal has an error code and a message for the log; clients receive only the code, as in Kafka.
/// </summary>
public readonly record struct ProducerCheck(ErrorCode Error, bool IsDuplicate, BatchMetadata Duplicate, string? Message)
{
    public static ProducerCheck Ok => default;

    /// <summary>Whether the batch is to be appended.</summary>
    public bool IsOk => Error == ErrorCode.None && !IsDuplicate;

    public static ProducerCheck DuplicateOf(BatchMetadata batch) => new(ErrorCode.None, true, batch, null);

    public static ProducerCheck Refused(ErrorCode error, string message) => new(error, false, default, message);
}
