using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The part of an append that needs the log's lock (Kafka's <c>UnifiedLog.append</c>): it checks producers, rolls, assigns offsets, writes,
/// and updates epochs, producers and offsets. Every call is made under the lock; <see cref="AppendPreparation"/> has checked the bytes
/// before.
/// </summary>
internal sealed class LogAppender(LogState state, LogRoller roller)
{
    /// <param name="prepared">The batches.</param>
    /// <param name="leaderEpoch">The epoch that their headers get, unless they have their offsets already.</param>
    /// <param name="guard">The guard of the transaction's verification.</param>
    /// <param name="transactionVersion">For markers: from 2 on their epoch must be above the producer's (KIP-890).</param>
    public LogAppendInfo Append(in PreparedAppend prepared, int leaderEpoch, VerificationGuard guard, short transactionVersion)
    {
        var info = prepared.Assign(state, leaderEpoch);
        if (info.ErrorCode != ErrorCode.None || prepared.IsEmpty)
            return info;
        try
        {
            return Append(prepared.Records, info, prepared.Origin, guard, transactionVersion);
        }
        catch (IOException e) when (DiskErrors.IsFull(e) && prepared.Origin == AppendOrigin.Client)
        {
            foreach (var batch in new RecordBatchReader(prepared.Records.Span))
                state.Producers.OnRefused(batch.Header, state.NowMs);
            throw;
        }
    }

    private LogAppendInfo Append(
        ReadOnlyMemory<byte> records, in LogAppendInfo info, AppendOrigin origin, VerificationGuard guard, short transactionVersion)
    {
        if (records.Length > state.Config.SegmentSize)
        {
            return LogAppendInfo.Refused(ErrorCode.RecordListTooLarge,
                $"Message batch size is {records.Length} bytes in append to partition {state.Options.TopicPartition}, which exceeds the " +
                "maximum configured "
                + $"segment size of {state.Config.SegmentSize}.", state.LogStartOffset);
        }
        roller.MaybeRoll(records.Length, info);

        var staged = state.Producers.BeginAppend(origin, guard, transactionVersion);
        foreach (var batch in new RecordBatchReader(records.Span))
        {
            var check = Check(staged, batch);
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
        // First of all: if anything after this fails, the next append must not get the offsets of records that are in the file.
        state.SetLogEnd(info.LastOffset + 1);
        AssignEpochs(records.Span);
        state.Producers.Commit(staged);
        CompleteTransactions(staged, segment);
        state.Producers.UpdateMapEndOffset(info.LastOffset + 1);
        state.UpdateFirstUnstable();
        return info with { SizeInBytes = records.Length };
    }

    // A transaction is completed only when its entry is in the index: otherwise the last stable offset would pass records of an aborted
    // transaction that no reader could recognize.
    private void CompleteTransactions(ProducerAppend staged, LogSegment segment)
    {
        foreach (var completed in staged.Completed)
        {
            if (completed.IsAborted)
            {
                segment.AppendAborted(new AbortedTransaction(
                    completed.ProducerId, completed.FirstOffset, completed.LastOffset, state.Producers.LastStableOffsetAfter(completed)));
            }
            state.Producers.CompleteTransaction(completed);
        }
    }

    private static ProducerCheck Check(ProducerAppend staged, in RecordBatch batch)
    {
        try
        {
            return ProducerReplay.Add(staged, batch);
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
                // Written with the next flush, as all of them: the records are in the log already.
                state.Epochs.TruncateFromEnd(0);
                latest = -1;
            }
            position = head.End;
        }
    }
}
