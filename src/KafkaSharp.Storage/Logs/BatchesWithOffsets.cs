using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Batches whose offsets are set already (fetched by a follower, or written by the quorum's leader), checked without the log's lock.
/// </summary>
internal sealed class BatchesWithOffsets
{
    private RecordsAnalysis Analysis { get; init; }

    private RecordsException? Fault { get; init; }

    public AppendOrigin Origin { get; private init; }

    public ErrorCode ErrorCode => Fault?.ErrorCode ?? ErrorCode.None;

    /// <summary>The whole batches; a partial one at the end is left out.</summary>
    public ReadOnlyMemory<byte> Records { get; private init; }

    /// <summary>The first offset; of a compressed legacy batch, which does not name it, the last offset of the first batch.</summary>
    private long FirstOffset => Analysis.FirstOffset >= 0 ? Analysis.FirstOffset : Analysis.LastOffsetOfFirstBatch;

    public static BatchesWithOffsets Check(
        ReadOnlyMemory<byte> records, TopicPartition partition, AppendOrigin origin, int leaderEpoch, int maxMessageBytes)
    {
        try
        {
            var analysis = RecordsAnalysis.Of(records.Span, partition, origin, leaderEpoch, maxMessageBytes);
            return new BatchesWithOffsets { Analysis = analysis, Origin = origin, Records = records[..Math.Max(analysis.ValidBytes, 0)] };
        }
        catch (RecordsException fault)
        {
            return new BatchesWithOffsets { Fault = fault, Origin = origin };
        }
    }

    /// <summary>The result of appending them to a log with this range of offsets: an error, nothing to append, or the offsets.</summary>
    public LogAppendInfo AppendInfo(TopicPartition partition, long logStartOffset, long logEndOffset)
    {
        if (Fault is not null)
            return LogAppendInfo.Refused(Fault.ErrorCode, Fault.Message, logStartOffset);
        if (Records.Length == 0)
            return LogAppendInfo.Empty(logStartOffset);
        if (!Analysis.OffsetsMonotonic)
        {
            return LogAppendInfo.Refused(
                ErrorCode.UnknownServerError, $"Out of order offsets found in append to {partition}", logStartOffset);
        }
        var info = new LogAppendInfo
        {
            FirstOffset = Analysis.FirstOffset,
            LastOffset = Analysis.LastOffset,
            MaxTimestamp = Analysis.MaxTimestamp,
            LogAppendTime = RecordBatchHeader.NoTimestamp,
            LogStartOffset = logStartOffset,
            BatchCount = Analysis.BatchCount,
        };
        if (FirstOffset >= logEndOffset)
            return info;
        return info with
        {
            ErrorCode = ErrorCode.OffsetOutOfRange,
            ErrorMessage = $"Unexpected offset in append to {partition}. First offset {FirstOffset} is less than the next "
                + $"offset {logEndOffset}. Last offset in append {Analysis.LastOffset}, log start offset {logStartOffset}",
        };
    }
}
