using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Finds the offsets for ListOffsets in a log, without a lock (Kafka's <c>fetchOffsetByTimestamp</c>). The timestamps for tiered storage
/// give no offset, because it is not supported.
/// </summary>
internal sealed class OffsetFinder(LogState state)
{
    /// <summary>The record that a timestamp, or one of the special ones of <see cref="OffsetLookup"/>, asks for.</summary>
    /// <exception cref="RecordsException">A batch on the way is not whole.</exception>
    public OffsetLookup Find(long timestamp)
    {
        while (true)
        {
            var truncations = state.Truncations;
            try
            {
                var found = FindOnce(timestamp);
                // Otherwise it may be of an index of the log before and of batches that were written since.
                if (state.Truncations == truncations)
                    return found;
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException or RecordsException)
            {
                if (!state.HasChangedSince(truncations))
                    throw;
                // The log was truncated, renamed or moved during the search: the bytes may have been deleted or overwritten, or the disk
                // that failed is not that of the log any more.
            }
        }
    }

    private OffsetLookup FindOnce(long timestamp) => timestamp switch
    {
        OffsetLookup.EarliestTimestamp or OffsetLookup.EarliestLocalTimestamp => Earliest(),
        OffsetLookup.LatestTimestamp => new OffsetLookup(-1, state.LogEndOffset, state.Epochs.LatestEpoch),
        OffsetLookup.LatestTieredTimestamp or OffsetLookup.EarliestPendingUploadTimestamp => new OffsetLookup(-1, -1, -1),
        OffsetLookup.MaxTimestamp => LargestTimestamp(),
        _ => FirstAtLeast(timestamp),
    };

    private OffsetLookup Earliest()
    {
        var start = state.LogStartOffset;
        // The first epoch known may begin after the log does, which then begins with batches of a format without epochs.
        int? epoch = state.Epochs.EarliestEntry is { } earliest && earliest.StartOffset <= start ? earliest.Epoch : null;
        return new OffsetLookup(-1, start, epoch);
    }

    private OffsetLookup LargestTimestamp()
    {
        LogSegment? latest = null;
        var largest = TimestampOffset.Unknown;
        foreach (var segment in state.Segments.All)
        {
            var candidate = segment.MaxTimestampAndOffset;
            if (latest is null || candidate.Timestamp > largest.Timestamp)
                (latest, largest) = (segment, candidate);
        }
        if (latest is null || largest.Timestamp < 0)
            return OffsetLookup.None;
        var position = latest.OffsetIndex.Lookup(largest.Offset).Position;
        var size = latest.Size;
        while (latest.TryReadHead(position, size, out var head, out _))
        {
            if (head.MaxTimestamp == largest.Timestamp)
            {
                using var bytes = latest.Copy(position, head.SizeInBytes);
                return FirstRecord(bytes.Span, largest.Timestamp, long.MinValue) ?? OffsetLookup.None;
            }
            position = head.End;
        }
        return position < size ? throw Corrupt(latest, position) : OffsetLookup.None;
    }

    private OffsetLookup FirstAtLeast(long timestamp)
    {
        foreach (var segment in state.Segments.All)
        {
            if (segment.LargestTimestamp < timestamp)
                continue;
            return FirstAtLeast(segment, timestamp, state.LogStartOffset) ?? OffsetLookup.None;
        }
        return OffsetLookup.None;
    }

    private static OffsetLookup? FirstAtLeast(LogSegment segment, long timestamp, long startOffset)
    {
        var from = Math.Max(segment.TimeIndex.Lookup(timestamp).Offset, startOffset);
        var position = segment.OffsetIndex.Lookup(from).Position;
        var size = segment.Size;
        while (segment.TryReadHead(position, size, out var head, out _))
        {
            if (head.MaxTimestamp >= timestamp)
            {
                using var bytes = segment.Copy(position, head.SizeInBytes);
                if (FirstRecord(bytes.Span, timestamp, startOffset) is { } found)
                    return found;
            }
            position = head.End;
        }
        return position < size ? throw Corrupt(segment, position) : null;
    }

    private static RecordsException Corrupt(LogSegment segment, int position) =>
        new(ErrorCode.CorruptMessage, $"The batch at position {position} of {segment.LogPath} is not whole");

    private static OffsetLookup? FirstRecord(ReadOnlySpan<byte> bytes, long timestamp, long startOffset)
    {
        foreach (var batch in new RecordBatchReader(bytes))
        {
            using var records = new RecordReader(batch);
            while (records.MoveNext())
            {
                ref readonly var record = ref records.Current;
                if (record.Timestamp >= timestamp && record.Offset >= startOffset)
                    return new OffsetLookup(
                        record.Timestamp, record.Offset, batch.PartitionLeaderEpoch is >= 0 and var epoch ? epoch : null);
            }
        }
        return null;
    }
}
