namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>Individual records were refused. <see cref="RecordBatchValidator"/> catches this exception.</summary>
internal sealed class RecordsRefusedException(ErrorCode errorCode, string message, IReadOnlyList<RecordError> errors) : Exception(message)
{
    public ErrorCode ErrorCode { get; } = errorCode;
    public IReadOnlyList<RecordError> Errors { get; } = errors;
}
