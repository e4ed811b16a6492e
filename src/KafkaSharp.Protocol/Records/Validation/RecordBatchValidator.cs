using System.Runtime.InteropServices;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The checks and patches of a leader on appended batches (the checks of Kafka's <c>UnifiedLog.append</c>, and its <c>LogValidator</c>).
/// Invalid bytes cause an <see cref="ErrorCode"/> in the result, never an exception. Thread-safe; a call accesses only its own bytes. A
/// magic 2 batch whose compression does not change is checked and patched in place, without an allocation.
/// </summary>
public static class RecordBatchValidator
{
    /// <summary>
    /// Checks the batches. Batches of clients and coordinators get offsets from <paramref name="firstOffset"/> on: base offset, leader
    /// epoch and timestamps are patched in the memory, which must be writable (it is part of the frame), and the CRC if it covers a changed
    /// field. Batches of a Raft leader or of a replica are not changed. If there is no complete batch, the result is empty and not an
    /// error, as in Kafka.
    /// </summary>
    public static RecordValidationResult Validate(
        ReadOnlyMemory<byte> records, RecordValidationOptions options, AppendOrigin origin, long firstOffset, int leaderEpoch, long nowMs,
        IWorkTurn? turn = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var found = RecordsAnalysis.Of(records.Span, options.TopicPartition, origin, leaderEpoch, options.MaxMessageBytes);
            if (found.BatchCount == 0 || origin is AppendOrigin.Replication or AppendOrigin.RaftLeader)
                return AsTheyAre(records[..found.ValidBytes], found);
            var writable = MemoryMarshal.AsMemory(records[..found.ValidBytes]);
            return AssignOffsets(
                writable, options, origin, found.SourceCompression, firstOffset, leaderEpoch, nowMs, options.MaxMessageBytes, turn);
        }
        catch (RecordsException e)
        {
            return new RecordValidationResult(e.ErrorCode, e.Message, null);
        }
    }

    /// <summary>
    /// The part of <c>LogValidator</c>: it does not check the CRC, the size of the produced batch, and that the base offset is 0.
    /// </summary>
    internal static RecordValidationResult AssignOffsets(
        Memory<byte> records,
        RecordValidationOptions options,
        AppendOrigin origin,
        CompressionType source,
        long firstOffset,
        int leaderEpoch,
        long nowMs,
        int maxMessageBytes = int.MaxValue,
        IWorkTurn? turn = null)
    {
        try
        {
            var validated = new LogValidator(records.Span, options, origin, source, firstOffset, leaderEpoch, nowMs, turn).Run();
            var bytes = validated.Rebuilt is null ? records : Build(validated.Rebuilt);
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

    private static ReadOnlyMemory<byte> Build(RecordBatchBuilder rebuilt)
    {
        try
        {
            return rebuilt.Build();
        }
        catch
        {
            rebuilt.Dispose();
            throw;
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
