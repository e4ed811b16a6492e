using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The result of <see cref="RecordBatchValidator"/>: an error, or the bytes to append. The bytes of a rebuilt batch are in pooled memory,
/// which <see cref="Dispose"/> returns; otherwise they are the produced bytes, patched in place.
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

    /// <summary>Kafka's message for the error. A produce response contains it only together with record errors.</summary>
    public string? ErrorMessage { get; }

    /// <summary>The refused records; empty if the batch as a whole was refused.</summary>
    public IReadOnlyList<RecordError> RecordErrors { get; }

    /// <summary>The bytes to append, with offsets, leader epoch and timestamps. Empty if there is an error.</summary>
    public ReadOnlyMemory<byte> Records { get; }

    public long FirstOffset { get; internal set; }
    public long LastOffset { get; internal set; }
    public long MaxTimestamp { get; internal set; }

    /// <summary>The last offset of the batch with <see cref="MaxTimestamp"/>, for the time index.</summary>
    public long OffsetOfMaxTimestamp { get; internal set; }

    /// <summary>The append time of LogAppendTime records, in milliseconds since the Unix epoch; otherwise -1.</summary>
    public long LogAppendTime { get; internal set; }

    public int RecordCount { get; internal set; }

    public int BatchCount { get; internal set; }

    /// <summary>Whether the batch was rebuilt, so that its size may have changed.</summary>
    public bool MessageSizeMaybeChanged { get; internal set; }

    public CompressionType SourceCompression { get; internal set; }

    public void Dispose()
    {
        _rebuilt?.Dispose();
        _rebuilt = null;
    }
}
