namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Record bytes that cannot be read. <see cref="ErrorCode"/> is what Kafka answers for the same bytes: CORRUPT_MESSAGE for a broken frame
/// or CRC, INVALID_RECORD for broken records, UNKNOWN_SERVER_ERROR for what does not decompress. The only exception readers here throw.
/// </summary>
public sealed class RecordsException(ErrorCode errorCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ErrorCode ErrorCode { get; } = errorCode;

    internal static RecordsException InvalidStructure() => Invalid("Found invalid record structure");

    internal static RecordsException Invalid(string message) => new(ErrorCode.InvalidRecord, message);
}
