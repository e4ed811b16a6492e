namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Record bytes are invalid. It is the only exception of the record readers. <see cref="ErrorCode"/> is the error code with which Kafka
/// responds to the same bytes: CORRUPT_MESSAGE for a wrong size or CRC, INVALID_RECORD for invalid records, UNKNOWN_SERVER_ERROR if
/// decompression fails.
/// </summary>
public sealed class RecordsException(ErrorCode errorCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ErrorCode ErrorCode { get; } = errorCode;

    internal static RecordsException InvalidStructure() => Invalid("Found invalid record structure");

    internal static RecordsException Invalid(string message) => new(ErrorCode.InvalidRecord, message);
}
