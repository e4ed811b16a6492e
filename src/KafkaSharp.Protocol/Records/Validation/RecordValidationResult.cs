using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// What came of <see cref="RecordBatchValidator"/>: either an error or the bytes to append. Where a batch had to be built anew the bytes
/// lie in pooled memory that <see cref="Dispose"/> gives back; else they are the produced bytes, patched in place.
/// </summary>
public struct RecordValidationResult : IDisposable
{
    private RecordBatchBuilder? _rebuilt;

    internal RecordValidationResult(ErrorCode errorCode, string? errorMessage, IReadOnlyList<RecordError>? recordErrors)
    {
        ErrorCode = errorCode;
        ErrorMessage = errorMessage;
        RecordErrors = recordErrors ?? [];
        LastOffset = FirstOffset = OffsetOfMaxTimestamp = -1;
        MaxTimestamp = LogAppendTime = RecordBatchHeader.NoTimestamp;
    }

    internal RecordValidationResult(ReadOnlyMemory<byte> records, RecordBatchBuilder? rebuilt)
    {
        Records = records;
        RecordErrors = [];
        _rebuilt = rebuilt;
    }

    public ErrorCode ErrorCode { get; }

    /// <summary>Why, where Kafka says it; a produce response carries it only beside record errors.</summary>
    public string? ErrorMessage { get; }

    /// <summary>The refused records, empty where the batch as a whole was refused.</summary>
    public IReadOnlyList<RecordError> RecordErrors { get; }

    /// <summary>The bytes to append: offsets, leader epoch and timestamps set. Empty on an error.</summary>
    public ReadOnlyMemory<byte> Records { get; }

    public long FirstOffset { get; internal set; }
    public long LastOffset { get; internal set; }
    public long MaxTimestamp { get; internal set; }

    /// <summary>The last offset of the batch that holds <see cref="MaxTimestamp"/>, as the time index stores it.</summary>
    public long OffsetOfMaxTimestamp { get; internal set; }

    /// <summary>The time given to the records under LogAppendTime, else -1.</summary>
    public long LogAppendTime { get; internal set; }

    public int RecordCount { get; internal set; }

    public int BatchCount { get; internal set; }

    /// <summary>Whether the batch was built anew, so that its size is to be checked again.</summary>
    public bool MessageSizeMaybeChanged { get; internal set; }

    public CompressionType SourceCompression { get; internal set; }

    public void Dispose()
    {
        _rebuilt?.Dispose();
        _rebuilt = null;
    }
}
