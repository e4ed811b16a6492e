using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Moving;

/// <summary>
/// Copies a log to its future replica in another log directory, batch by batch and without a lock, while the log goes on (what Kafka's
/// <c>ReplicaAlterLogDirsThread</c> does with its fetches). It follows truncations of the log, and its start. Used by one thread at a time.
/// </summary>
internal sealed class ReplicaCopy(PartitionLog current, PartitionLog future)
{
    // Whether what the future replica had, when it was found at start, was compared with the log.
    private bool _isAligned;

    /// <summary>
    /// Copies the next batches. 0: nothing is missing. Otherwise the number of bytes, which may be more than wanted for a large batch.
    /// </summary>
    /// <param name="maxBytes">How many bytes at most.</param>
    /// <exception cref="ReplicaCopyException">The log cannot be read, or the future replica not be written.</exception>
    /// <exception cref="IOException">The disk of the future replica fails.</exception>
    public int CopyNext(int maxBytes)
    {
        Align();
        while (true)
        {
            var from = future.LogEndOffset;
            // An append must fit in a segment, whose size may have been larger for the log.
            maxBytes = Math.Min(maxBytes, future.Config.SegmentSize);
            // Copied, because a mapping of an unreadable sector ends the process.
            using var read = current.Read(from, maxBytes, FetchIsolation.LogEnd, minOneMessage: true, copy: true);
            if (read.ErrorCode == ErrorCode.OffsetOutOfRange && TryRestartWhereTheLogIs())
                continue;
            if (read.ErrorCode != ErrorCode.None)
                throw new ReplicaCopyException(read.ErrorCode, $"{current.Directory} cannot be read at offset {from}");
            if (read.Records.Length > 0)
            {
                Append(read.Records);
                FollowOffsets();
                return read.Records.Length;
            }
            if (from < read.LogEndOffset)
                future.Moving.SkipTo(read.LogEndOffset);
            FollowOffsets();
            return 0;
        }
    }

    private void Align()
    {
        var cut = current.Moving.TakeLowestCut();
        if (!_isAligned)
            TruncateToCommonEnd();
        else if (cut < future.LogEndOffset)
            future.TruncateTo(cut);
        _isAligned = true;
        // A power failure has taken the first segments of the copy.
        if (future.LogStartOffset > current.LogStartOffset)
            future.TruncateFullyAndStartAt(current.LogStartOffset);
    }

    /// <summary>
    /// Truncates the future replica to the offset up to which both have the same records (KIP-101): those of an epoch are the same as far
    /// as both have it.
    /// </summary>
    private void TruncateToCommonEnd()
    {
        while (true)
        {
            var end = Math.Min(future.LogEndOffset, current.LogEndOffset);
            if (future.LatestEpoch is not { } epoch)
            {
                future.TruncateTo(end);
                return;
            }
            var known = current.EndOffsetForEpoch(epoch);
            if (known is { } same && same.Epoch == epoch)
            {
                future.TruncateTo(Math.Min(end, same.Offset));
                return;
            }
            // The log does not have this epoch: what the future replica has of it goes.
            future.TruncateTo(Math.Min(StartOf(epoch), known?.Offset ?? long.MaxValue));
        }
    }

    private long StartOf(int epoch) => future.EpochEntries.First(entry => entry.Epoch == epoch).StartOffset;

    // The log was truncated below what the future replica has, or begins above it.
    private bool TryRestartWhereTheLogIs()
    {
        var (start, end) = (current.LogStartOffset, current.LogEndOffset);
        if (future.LogEndOffset > end)
            future.TruncateTo(end);
        else if (future.LogEndOffset < start)
            future.TruncateFullyAndStartAt(start);
        else
            return false;
        return true;
    }

    private void Append(ReadOnlyMemory<byte> records)
    {
        var info = future.AppendAsFollower(records, int.MaxValue);
        // The log may start within a batch.
        if (info.ErrorCode == ErrorCode.OffsetOutOfRange && future.Size == 0 && info.LastOffset >= future.LogEndOffset)
        {
            future.TruncateFullyAndStartAt(info.FirstOffset);
            info = future.AppendAsFollower(records, int.MaxValue);
        }
        if (info.ErrorCode != ErrorCode.None)
        {
            throw new ReplicaCopyException(
                info.ErrorCode, $"{future.Directory} does not accept a batch of {current.Directory}: {info.ErrorMessage}");
        }
    }

    private void FollowOffsets()
    {
        future.UpdateHighWatermark(current.HighWatermark);
        var start = Math.Min(current.LogStartOffset, future.HighWatermark);
        if (start > future.LogStartOffset)
            future.IncrementLogStartOffset(start);
    }
}
