using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Appends to a log (the middle of Kafka's <c>UnifiedLog.append</c>): checks, rolls, writes, and takes what was written into epochs, producers and
/// offsets. Every call is made under the log's lock.
/// </summary>
sealed class LogAppender(LogState state, LogRoller roller, TransactionVerifications verifications)
{
    private RecordValidationOptions? _validation;
    private LogConfig? _validationConfig;

    public LogAppendInfo AppendAsLeader(ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin, VerificationGuard guard, short transactionVersion)
    {
        if (origin == AppendOrigin.RaftLeader)
            return AppendWithOffsets(records, leaderEpoch, origin);
        // It waited for the lock while the next epoch began: epochs would go back in the log.
        if (leaderEpoch < state.Epochs.LatestEpoch)
            return LogAppendInfo.Refused(ErrorCode.NotLeaderOrFollower, null, state.LogStartOffset);
        using var valid = RecordBatchValidator.Validate(records, Validation(), origin, state.LogEndOffset, leaderEpoch, state.NowMs);
        if (valid.ErrorCode != ErrorCode.None)
            return LogAppendInfo.Refused(valid.ErrorCode, valid.ErrorMessage, state.LogStartOffset, valid.RecordErrors);
        if (valid.Records.Length == 0)
            return LogAppendInfo.Empty(state.LogStartOffset);
        var info = new LogAppendInfo
        {
            FirstOffset = valid.FirstOffset,
            LastOffset = valid.LastOffset,
            MaxTimestamp = valid.MaxTimestamp,
            LogAppendTime = valid.LogAppendTime,
            LogStartOffset = state.LogStartOffset,
            BatchCount = valid.BatchCount,
            RecordCount = valid.RecordCount,
        };
        return Append(valid.Records, info, origin, guard, transactionVersion);
    }

    /// <summary>Appends batches that have their offsets: a follower's, or those of the quorum's leader.</summary>
    public LogAppendInfo AppendWithOffsets(ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin)
    {
        RecordsAnalysis analysis;
        try
        {
            analysis = RecordsAnalysis.Of(records.Span, state.Options.TopicPartition, origin, leaderEpoch,
                origin == AppendOrigin.Replication ? int.MaxValue : state.Config.MaxMessageSize);
        }
        catch (RecordsException fault)
        {
            return LogAppendInfo.Refused(fault.ErrorCode, fault.Message, state.LogStartOffset);
        }
        if (analysis.ValidBytes <= 0)
            return LogAppendInfo.Empty(state.LogStartOffset);
        if (!analysis.OffsetsMonotonic)
            return LogAppendInfo.Refused(ErrorCode.UnknownServerError,
                $"Out of order offsets found in append to {state.Options.TopicPartition}", state.LogStartOffset);
        var info = new LogAppendInfo
        {
            FirstOffset = analysis.FirstOffset,
            LastOffset = analysis.LastOffset,
            MaxTimestamp = analysis.MaxTimestamp,
            LogAppendTime = -1,
            LogStartOffset = state.LogStartOffset,
            BatchCount = analysis.BatchCount,
        };
        var firstOffset = analysis.FirstOffset >= 0 ? analysis.FirstOffset : analysis.LastOffsetOfFirstBatch;
        if (firstOffset < state.LogEndOffset)
        {
            return info with
            {
                ErrorCode = ErrorCode.OffsetOutOfRange,
                ErrorMessage = $"Unexpected offset in append to {state.Options.TopicPartition}. First offset {firstOffset} is less than the next "
                    + $"offset {state.LogEndOffset}. Last offset in append {analysis.LastOffset}, log start offset {state.LogStartOffset}",
            };
        }
        return Append(records[..analysis.ValidBytes], info, origin, VerificationGuard.None, transactionVersion: 0);
    }

    private LogAppendInfo Append(ReadOnlyMemory<byte> records, in LogAppendInfo info, AppendOrigin origin, VerificationGuard guard, short transactionVersion)
    {
        if (records.Length > state.Config.SegmentSize)
        {
            return LogAppendInfo.Refused(ErrorCode.RecordListTooLarge,
                $"Message batch size is {records.Length} bytes in append to partition {state.Options.TopicPartition}, which exceeds the maximum configured "
                + $"segment size of {state.Config.SegmentSize}.", state.LogStartOffset);
        }
        roller.MaybeRoll(records.Length, info);

        var staged = state.Producers.BeginAppend(origin);
        foreach (var batch in new RecordBatchReader(records.Span))
        {
            var check = Check(staged, batch, origin, guard, transactionVersion);
            if (check.IsDuplicate)
            {
                return info with
                {
                    IsDuplicate = true,
                    FirstOffset = check.Duplicate.FirstOffset,
                    LastOffset = check.Duplicate.LastOffset,
                    LogAppendTime = check.Duplicate.Timestamp,
                };
            }
            if (!check.IsOk)
                return LogAppendInfo.Refused(check.Error, check.Message, state.LogStartOffset);
        }

        var segment = state.Segments.Active;
        segment.Append(records, info.LastOffset);
        AssignEpochs(records.Span);
        state.Producers.Commit(staged);
        if (!verifications.IsEmpty)
        {
            foreach (var batch in new RecordBatchReader(records.Span))
                verifications.Forget(batch);
        }
        foreach (var completed in staged.Completed)
        {
            var lastStableOffset = state.Producers.CompleteTransaction(completed);
            if (completed.IsAborted)
                segment.AppendAborted(new AbortedTransaction(completed.ProducerId, completed.FirstOffset, completed.LastOffset, lastStableOffset));
        }
        state.Producers.UpdateMapEndOffset(info.LastOffset + 1);
        state.SetLogEnd(info.LastOffset + 1);
        state.UpdateFirstUnstable();
        return info with { SizeInBytes = records.Length };
    }

    private ProducerCheck Check(
        ProducerAppend staged, in RecordBatch batch, AppendOrigin origin, VerificationGuard guard, short transactionVersion)
    {
        try
        {
            // A duplicate is answered as such even where its transaction has ended since.
            var check = ProducerReplay.Add(staged, batch, transactionVersion);
            if (check.IsDuplicate)
                return check;
            var verified = verifications.Check(batch, guard, origin, state.Options.TransactionVerificationEnabled);
            return verified.IsOk ? check : verified;
        }
        catch (RecordsException fault)
        {
            return ProducerCheck.Refused(fault.ErrorCode, fault.Message);
        }
    }

    private void AssignEpochs(ReadOnlySpan<byte> records)
    {
        var position = 0;
        var latest = state.Epochs.LatestEpoch ?? -1;
        while (BatchHead.TryParse(records[position..], position, records.Length, out var head, out _))
        {
            if (head.Magic >= 2 && head.PartitionLeaderEpoch is >= 0 and var epoch && epoch != latest)
            {
                state.Epochs.Assign(epoch, head.StoredOffset);
                latest = epoch;
            }
            else if (head.Magic < 2 && latest >= 0)
            {
                state.Epochs.Clear();
                latest = -1;
            }
            position = head.End;
        }
    }

    private RecordValidationOptions Validation()
    {
        var config = state.Config;
        if (_validation is null || !ReferenceEquals(config, _validationConfig))
        {
            _validation = LogValidation.OptionsOf(config, state.Options.TopicPartition);
            _validationConfig = config;
        }
        return _validation;
    }
}
