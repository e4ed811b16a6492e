using System.Runtime.InteropServices;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// What a leader makes of appended batches (Kafka's checks in <c>UnifiedLog.append</c> and its <c>LogValidator</c>): every fault is an <see
/// cref="ErrorCode"/> in the result, nothing is thrown for what the bytes hold. Static and safe for many threads; one call works on its own
/// bytes only. A magic 2 batch that needs no other compression is checked and patched where it lies, without an allocation.
/// </summary>
public static class RecordBatchValidator
{
    /// <summary>
    /// Checks the batches and, for clients and coordinators, gives them offsets from <paramref name="firstOffset"/> on. The memory must be
    /// writable (it is the frame's): base offset, leader epoch, timestamps and, only where it covers what changed, the CRC are patched in
    /// it. Records of a raft leader or a replica keep what they have. Without a whole batch the result is empty and no error, as in Kafka.
    /// </summary>
    public static RecordValidationResult Validate(
        ReadOnlyMemory<byte> records, RecordValidationOptions options, AppendOrigin origin, long firstOffset, int leaderEpoch, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var found = RecordsAnalysis.Of(records.Span, options.TopicPartition, origin, leaderEpoch, options.MaxMessageBytes);
            if (found.BatchCount == 0 || origin is AppendOrigin.Replication or AppendOrigin.RaftLeader)
                return AsTheyAre(records[..found.ValidBytes], found);
            var writable = MemoryMarshal.AsMemory(records[..found.ValidBytes]);
            return AssignOffsets(
                writable, options, origin, found.SourceCompression, firstOffset, leaderEpoch, nowMs, options.MaxMessageBytes);
        }
        catch (RecordsException e)
        {
            return new RecordValidationResult(e.ErrorCode, e.Message, null);
        }
    }

    /// <summary>Only what <c>LogValidator</c> does: no CRC, no size limit before, no base offset that must be 0.</summary>
    internal static RecordValidationResult AssignOffsets(
        Memory<byte> records,
        RecordValidationOptions options,
        AppendOrigin origin,
        CompressionType source,
        long firstOffset,
        int leaderEpoch,
        long nowMs,
        int maxMessageBytes = int.MaxValue)
    {
        try
        {
            var validated = new LogValidator(records.Span, options, origin, source, firstOffset, leaderEpoch, nowMs).Run();
            var bytes = validated.Rebuilt?.Build() ?? records;
            if (bytes.Length > maxMessageBytes && validated.Rebuilt is not null)
            {
                validated.Rebuilt.Dispose();
                return new RecordValidationResult(
                    ErrorCode.MessageTooLarge,
                    $"Message batch size is {bytes.Length} bytes in append to partition {options.TopicPartition} " +
                    $"which exceeds the maximum configured value of {maxMessageBytes}.",
                    null);
            }
            return new RecordValidationResult(bytes, validated.Rebuilt)
            {
                FirstOffset = firstOffset,
                LastOffset = validated.LastOffset,
                MaxTimestamp = validated.MaxTimestamp,
                OffsetOfMaxTimestamp = validated.LastOffset,
                LogAppendTime = options.TimestampType == TimestampType.LogAppendTime ? nowMs : RecordBatchHeader.NoTimestamp,
                RecordCount = validated.RecordCount,
                BatchCount = 1,
                MessageSizeMaybeChanged = validated.Rebuilt is not null,
                SourceCompression = source,
            };
        }
        catch (RecordsException e)
        {
            return new RecordValidationResult(e.ErrorCode, e.Message, null);
        }
        catch (RecordsRefusedException e)
        {
            return new RecordValidationResult(e.ErrorCode, e.Message, e.Errors);
        }
        catch (CompressionException e)
        {
            return new RecordValidationResult(ErrorCode.UnknownServerError, e.Message, null);
        }
    }

    private static RecordValidationResult AsTheyAre(ReadOnlyMemory<byte> records, RecordsAnalysis found)
    {
        var count = 0;
        foreach (var batch in new RecordBatchReader(records.Span))
            count += batch.CountOrNull ?? 1;
        return new RecordValidationResult(records, null)
        {
            FirstOffset = found.FirstOffset,
            LastOffset = found.LastOffset,
            MaxTimestamp = found.MaxTimestamp,
            OffsetOfMaxTimestamp = found.OffsetOfMaxTimestamp,
            LogAppendTime = RecordBatchHeader.NoTimestamp,
            RecordCount = count,
            BatchCount = found.BatchCount,
            SourceCompression = found.SourceCompression,
        };
    }
}
