namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>Single records were refused; it does not leave <see cref="RecordBatchValidator"/>.</summary>
sealed class RecordsRefusedException(ErrorCode errorCode, string message, IReadOnlyList<RecordError> errors) : Exception(message)
{
    public ErrorCode ErrorCode { get; } = errorCode;
    public IReadOnlyList<RecordError> Errors { get; } = errors;
}
