using System.Buffers.Binary;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>
/// Reads a log from one offset to its end, and checks that log and indexes agree: each record is found by its offset and by its timestamp,
/// each aborted transaction by its offsets, and the last stable offset is that of the first open one.
/// </summary>
internal static class LogContents
{
    public static SortedDictionary<long, SimulatedBatch> Read(PartitionLog log, long from, long epochsFrom)
    {
        SortedDictionary<long, SimulatedBatch> found = [];
        for (var offset = from; offset < log.LogEndOffset;)
        {
            using var read = log.Read(offset, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None), $"at {offset}");
            if (read.Records.Length == 0)
                break;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                Assert.That(batch.BaseOffset, Is.GreaterThanOrEqualTo(offset), "ascending");
                Assert.That(batch.LastOffset, Is.LessThan(log.LogEndOffset), "below the end");
                offset = batch.BaseOffset;
                // Deleted records may come back, without the epochs that were deleted with them.
                if (offset >= epochsFrom || log.EpochForOffset(offset) is not null)
                    Assert.That(log.EpochForOffset(offset), Is.EqualTo(batch.PartitionLeaderEpoch), $"the epoch at {offset}");
                found[offset++] = Parse(batch);
            }
        }
        return found;
    }

    public static void CheckIndexes(PartitionLog log, IReadOnlyDictionary<long, SimulatedBatch> batches, Random random)
    {
        foreach (var offset in batches.Keys)
        {
            using var read = log.Read(offset, 1, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(BinaryPrimitives.ReadInt64BigEndian(read.Records.Span), Is.EqualTo(offset), "by the offset index");
        }
        for (var i = 0; i < 3 && batches.Count > 0; i++)
        {
            var timestamp = batches.ElementAt(random.Next(batches.Count)).Value.Timestamp + random.Next(-1, 2);
            // The largest timestamp of a segment may be that of a batch without a record.
            if (batches.Values.Any(batch => batch.IsEmpty))
                continue;
            long expected = -1;
            foreach (var (offset, batch) in batches)
            {
                if (offset >= log.LogStartOffset && batch.Timestamp >= timestamp)
                {
                    expected = offset;
                    break;
                }
            }
            // Deleted records may have come back. And as in Kafka the search ends with the first segment that has such a timestamp,
            // although that record may be deleted.
            var deletedBelow = Math.Max(log.LogStartOffset, batches.First().Key);
            var isOther = deletedBelow > log.Segments.First.BaseOffset;
            Assert.That(
                log.OffsetForTimestamp(timestamp).Offset,
                isOther ? Is.EqualTo(expected).Or.LessThan(deletedBelow) : Is.EqualTo(expected),
                $"the first record at {timestamp} or later: {Describe(log)}");
        }
    }

    /// <summary>
    /// Checks aborted transactions whose first record is at or after an offset: of others the log may know another first offset.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="batches">What it contains.</param>
    /// <param name="firstOffsets">The first offset of each transaction, by producer: no producer has two.</param>
    /// <param name="from">Where the records begin that were not deleted.</param>
    public static void CheckAborted(
        PartitionLog log, IReadOnlyDictionary<long, SimulatedBatch> batches, IReadOnlyDictionary<long, long> firstOffsets, long from)
    {
        Dictionary<long, long> open = [];
        List<(long ProducerId, long First, long Last)> aborted = [];
        foreach (var (offset, batch) in batches.Where(entry => entry.Value.IsTransactional))
        {
            if (batch.Marker is null)
                open.TryAdd(batch.ProducerId, offset);
            else if (open.Remove(batch.ProducerId, out var first) && batch.Marker == false && firstOffsets[batch.ProducerId] >= from)
                aborted.Add((batch.ProducerId, first, offset));
        }
        Assert.That(
            AbortedTransactions(log).Where(entry => firstOffsets.GetValueOrDefault(entry.ProducerId, -1) >= from),
            Is.EquivalentTo(aborted.Where(entry => entry.Last >= log.LogStartOffset)),
            "the aborted transactions");
    }

    /// <summary>The aborted transactions, as a consumer gets them.</summary>
    public static IReadOnlyList<(long ProducerId, long First, long Last)> AbortedTransactions(PartitionLog log)
    {
        var known = log.AbortedTransactions(log.LogStartOffset, log.LogEndOffset)
            .Select(entry => (entry.ProducerId, entry.FirstOffset, entry.LastOffset)).ToArray();
        Assert.That(known.Select(entry => entry.LastOffset), Is.Ordered);
        return known;
    }

    /// <summary>Checks that the last stable offset is that of the first transaction without a marker.</summary>
    /// <param name="log">The log.</param>
    /// <param name="batches">What it contains.</param>
    /// <param name="from">Records below it were deleted and came back: the log may have begun to follow a transaction after them.</param>
    /// <param name="isKnown">Whether no record is gone that may have begun a transaction which is still open.</param>
    public static void CheckLastStable(PartitionLog log, IReadOnlyDictionary<long, SimulatedBatch> batches, long from, bool isKnown)
    {
        if (log.HighWatermark < log.LogEndOffset)
            return;
        Dictionary<long, long> open = [];
        foreach (var (offset, batch) in batches.Where(entry => entry.Value.IsTransactional))
        {
            if (batch.Marker is not null)
                open.Remove(batch.ProducerId);
            else if (!open.TryGetValue(batch.ProducerId, out var first) || first < from)
                open[batch.ProducerId] = offset;
        }
        var expected = open.Count == 0 ? log.LogEndOffset : Math.Max(open.Values.Min(), log.LogStartOffset);
        Assert.That(log.LastStableOffset, isKnown ? Is.EqualTo(expected) : Is.LessThanOrEqualTo(expected),
            $"the last stable offset of {string.Join("; ", batches)}");
    }

    /// <summary>A batch as a producer sends it.</summary>
    public static byte[] Build(SimulatedBatch batch, int padding)
    {
        if (batch.Marker is { } commits)
        {
            return ControlRecords.EndTransactionBatch(
                new EndTransactionMarker(commits ? ControlRecordType.Commit : ControlRecordType.Abort, 0), 0, batch.Timestamp,
                batch.ProducerId, 0, 0);
        }
        var value = new byte[4 + padding];
        BinaryPrimitives.WriteInt32BigEndian(value, batch.Value);
        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = batch.ProducerId,
            ProducerEpoch = (short)(batch.ProducerId < 0 ? -1 : 0),
            BaseSequence = batch.Sequence,
            IsTransactional = batch.IsTransactional,
        });
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, batch.Key);
        builder.Append(batch.Timestamp, key, batch.IsTombstone ? [] : value, hasValue: !batch.IsTombstone);
        return builder.Build().ToArray();
    }

    private static string Describe(PartitionLog log) =>
        $"recovery point {log.RecoveryPoint}, " + string.Join("; ", log.Segments.Snapshot.Select(Describe));

    private static string Describe(LogSegment segment)
    {
        var times = Enumerable.Range(0, segment.TimeIndex.EntryCount).Select(segment.TimeIndex.Entry);
        return $"{segment.BaseOffset} with {segment.Size} bytes: {string.Join(", ", times)}";
    }

    private static SimulatedBatch Parse(in RecordBatch batch)
    {
        using var records = new RecordReader(batch);
        var header = batch.Header;
        if (!records.MoveNext())
        {
            return new SimulatedBatch(
                SimulatedBatch.UnknownValue, header.MaxTimestamp, header.ProducerId, header.BaseSequence, header.IsTransactional,
                batch.IsControlBatch ? true : null) { IsEmpty = true };
        }
        if (batch.IsControlBatch)
        {
            var commits = ControlRecords.ParseEndTransactionMarker(records.Current).Type == ControlRecordType.Commit;
            return new SimulatedBatch(0, header.MaxTimestamp, header.ProducerId, -1, true, commits);
        }
        var hasValue = records.Current.HasValue;
        return new SimulatedBatch(
            hasValue ? BinaryPrimitives.ReadInt32BigEndian(records.Current.Value) : SimulatedBatch.UnknownValue, header.MaxTimestamp,
            header.ProducerId, header.BaseSequence, header.IsTransactional, null) { IsTombstone = !hasValue };
    }
}
