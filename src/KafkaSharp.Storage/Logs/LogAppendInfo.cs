using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What came of an append (Kafka's <c>LogAppendInfo</c>): the offsets given, or why it was refused. A refusal left the log as it was, but
/// for KAFKA_STORAGE_ERROR: nothing is known then of what is on the disk, and the log is given up.
/// </summary>
public readonly record struct LogAppendInfo
{
    private readonly IReadOnlyList<RecordError>? _recordErrors;

    public ErrorCode ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>The records that were refused, where single ones were.</summary>
    public IReadOnlyList<RecordError> RecordErrors
    {
        get => _recordErrors ?? [];
        init => _recordErrors = value;
    }

    /// <summary>-1 for an empty append or a refusal; for a duplicate that of the original append.</summary>
    public long FirstOffset { get; init; }

    public long LastOffset { get; init; }

    /// <summary>The largest timestamp of the records, -1 where they have none.</summary>
    public long MaxTimestamp { get; init; }

    /// <summary>The time given to the records under LogAppendTime, else -1.</summary>
    public long LogAppendTime { get; init; }

    public long LogStartOffset { get; init; }

    public int BatchCount { get; init; }

    public int RecordCount { get; init; }

    /// <summary>Bytes written to the log; 0 for a duplicate.</summary>
    public int SizeInBytes { get; init; }

    /// <summary>
    /// Whether an idempotent producer repeated a batch that is already in the log. Nothing was written, and the offsets are those of the
    /// original batch.
    /// </summary>
    public bool IsDuplicate { get; init; }

    /// <summary>
    /// Whether flush.messages asks for a flush before this append may be acknowledged. It has been requested: see
    /// <see cref="PartitionLog.CheckFlushed"/>.
    /// </summary>
    public bool IsFlushPending { get; init; }

    /// <summary>
    /// Whether the append was refused because the disk has no space for it: the log is as before, and the same can be tried again.
    /// </summary>
    public bool IsDiskFull { get; init; }

    public static LogAppendInfo Refused(
        ErrorCode code, string? message, long logStartOffset, IReadOnlyList<RecordError>? recordErrors = null) => new()
        {
            ErrorCode = code,
            ErrorMessage = message,
            RecordErrors = recordErrors ?? [],
            FirstOffset = -1,
            LastOffset = -1,
            MaxTimestamp = -1,
            LogAppendTime = -1,
            LogStartOffset = logStartOffset,
        };

    public static LogAppendInfo Empty(long logStartOffset) => Refused(ErrorCode.None, null, logStartOffset);
}
