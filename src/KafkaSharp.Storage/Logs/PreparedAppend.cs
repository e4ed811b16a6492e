using System.Runtime.InteropServices;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Produced batches that were checked, decompressed and converted for one log by <see cref="PartitionLog.Prepare"/>, without the log's lock. What is left
/// for the lock is to set base offset, leader epoch and append time in the batch header and to write the bytes. The records stay in the caller's memory
/// unless they had to be converted; then they are in pooled memory that <see cref="Dispose"/> returns. Not safe for use by several threads at once.
/// </summary>
public readonly struct PreparedAppend : IDisposable
{
    private readonly RecordValidationResult _validated;
    private readonly long _relativeBaseOffset;

    internal PreparedAppend(RecordValidationResult validated, AppendOrigin origin)
    {
        _validated = validated;
        Origin = origin;
        if (!IsEmpty)
            _relativeBaseOffset = new RecordBatchHeader(validated.Records.Span).BaseOffset;
    }

    public AppendOrigin Origin { get; }

    /// <summary>Why the log does not accept the batches; None when they can be appended.</summary>
    public ErrorCode ErrorCode => _validated.ErrorCode;

    public string? ErrorMessage => _validated.ErrorMessage;

    /// <summary>The records that were refused, when the reason is in single records.</summary>
    public IReadOnlyList<RecordError> RecordErrors => _validated.RecordErrors;

    /// <summary>Whether there is nothing to append: the batches were refused, or there was no whole batch.</summary>
    public bool IsEmpty => _validated.Records.Length == 0;

    internal ReadOnlyMemory<byte> Records => _validated.Records;

    /// <summary>Sets in the header what only the log's lock decides. May be repeated with other values.</summary>
    internal LogAppendInfo Assign(long firstOffset, int leaderEpoch, long nowMs, long logStartOffset)
    {
        var batch = MemoryMarshal.AsMemory(_validated.Records).Span;
        RecordBatchPatch.SetBaseOffset(batch, firstOffset + _relativeBaseOffset);
        RecordBatchPatch.SetPartitionLeaderEpoch(batch, leaderEpoch);
        var usesAppendTime = _validated.LogAppendTime != RecordBatchHeader.NoTimestamp;
        if (usesAppendTime)
            RecordBatchPatch.SetMaxTimestamp(batch, TimestampType.LogAppendTime, nowMs);
        return new LogAppendInfo
        {
            FirstOffset = firstOffset,
            LastOffset = firstOffset + _validated.LastOffset,
            MaxTimestamp = usesAppendTime ? nowMs : _validated.MaxTimestamp,
            LogAppendTime = usesAppendTime ? nowMs : RecordBatchHeader.NoTimestamp,
            LogStartOffset = logStartOffset,
            BatchCount = _validated.BatchCount,
            RecordCount = _validated.RecordCount,
        };
    }

    /// <summary>Returns the memory of converted records; may be called more than once.</summary>
    public void Dispose() => _validated.Dispose();
}
