using System.Runtime.InteropServices;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Batches that were checked, decompressed and converted for one log by <see cref="PartitionLog.Prepare"/>, without the log's lock. What is
/// left for the lock is to set base offset, leader epoch and append time in the batch header and to write the bytes. The records stay in
/// the caller's memory unless they had to be converted; then they are in pooled memory that <see cref="Dispose"/> returns. Not safe for use
/// by several threads at once.
/// </summary>
public readonly struct PreparedAppend : IDisposable
{
    private readonly RecordValidationResult _validated;
    private readonly long _relativeBaseOffset;
    private readonly BatchesWithOffsets? _withOffsets;

    internal PreparedAppend(RecordValidationResult validated, AppendOrigin origin)
    {
        _validated = validated;
        Origin = origin;
        if (!IsEmpty)
            _relativeBaseOffset = new RecordBatchHeader(validated.Records.Span).BaseOffset;
    }

    internal PreparedAppend(BatchesWithOffsets batches)
    {
        _withOffsets = batches;
        Origin = batches.Origin;
    }

    public AppendOrigin Origin { get; }

    /// <summary>The reason why the log does not accept the batches; None when they can be appended.</summary>
    public ErrorCode ErrorCode => _withOffsets is null ? _validated.ErrorCode : _withOffsets.ErrorCode;

    public string? ErrorMessage => _validated.ErrorMessage;

    /// <summary>The records that were refused, when the reason is in single records.</summary>
    public IReadOnlyList<RecordError> RecordErrors => _validated.RecordErrors;

    /// <summary>Whether there is nothing to append: the batches were refused, or there was no whole batch.</summary>
    public bool IsEmpty => Records.Length == 0;

    internal ReadOnlyMemory<byte> Records => _withOffsets is null ? _validated.Records : _withOffsets.Records;

    /// <summary>
    /// Sets in the header what only the log's lock decides, unless the batches have their offsets already. May be repeated with other
    /// values. With an error nothing may be appended.
    /// </summary>
    internal LogAppendInfo Assign(LogState state, int leaderEpoch)
    {
        if (_withOffsets is not null)
            return _withOffsets.AppendInfo(state.Options.TopicPartition, state.LogStartOffset, state.LogEndOffset);
        // The append waited for the lock while the next epoch began: epochs in a log must not decrease.
        if (leaderEpoch < state.Epochs.LatestEpoch || leaderEpoch < state.LowestLeaderEpoch)
            return LogAppendInfo.Refused(ErrorCode.NotLeaderOrFollower, null, state.LogStartOffset);
        if (_validated.ErrorCode != ErrorCode.None)
            return LogAppendInfo.Refused(_validated.ErrorCode, _validated.ErrorMessage, state.LogStartOffset, _validated.RecordErrors);
        return IsEmpty ? LogAppendInfo.Empty(state.LogStartOffset) : SetHeader(state, leaderEpoch);
    }

    /// <summary>Returns the memory of converted records; may be called more than once.</summary>
    public void Dispose() => _validated.Dispose();

    private LogAppendInfo SetHeader(LogState state, int leaderEpoch)
    {
        var batch = MemoryMarshal.AsMemory(_validated.Records).Span;
        var firstOffset = state.LogEndOffset;
        RecordBatchPatch.SetBaseOffset(batch, firstOffset + _relativeBaseOffset);
        RecordBatchPatch.SetPartitionLeaderEpoch(batch, leaderEpoch);
        var appendTime = RecordBatchHeader.NoTimestamp;
        if (_validated.LogAppendTime != RecordBatchHeader.NoTimestamp)
        {
            appendTime = state.NowMs;
            RecordBatchPatch.SetMaxTimestamp(batch, TimestampType.LogAppendTime, appendTime);
        }
        return new LogAppendInfo
        {
            FirstOffset = firstOffset,
            LastOffset = firstOffset + _validated.LastOffset,
            MaxTimestamp = appendTime == RecordBatchHeader.NoTimestamp ? _validated.MaxTimestamp : appendTime,
            LogAppendTime = appendTime,
            LogStartOffset = state.LogStartOffset,
            BatchCount = _validated.BatchCount,
            RecordCount = _validated.RecordCount,
        };
    }
}
