using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>What consumers find in a log.</summary>
internal static class CommittedView
{
    /// <summary>The last value of each key, as a consumer with read_committed finds it; keys with a tombstone are left out.</summary>
    public static Dictionary<string, string> Of(PartitionLog log)
    {
        Dictionary<string, string> values = [];
        for (var offset = log.LogStartOffset; ;)
        {
            using var read = log.Read(offset, 900, FetchIsolation.TransactionCommitted, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            var aborted = new Queue<AbortedTransaction>((read.AbortedTransactions ?? []).OrderBy(a => a.FirstOffset));
            HashSet<long> aborting = [];
            var start = offset;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                while (aborted.TryPeek(out var next) && next.FirstOffset <= batch.LastOffset)
                    aborting.Add(aborted.Dequeue().ProducerId);
                if (batch.IsControlBatch)
                    aborting.Remove(batch.ProducerId);
                else if (!batch.IsTransactional || !aborting.Contains(batch.ProducerId))
                    Add(values, batch, start);
                offset = batch.LastOffset + 1;
            }
            if (offset == start)
                return values;
        }
    }

    /// <summary>The offsets of all records, markers and records of aborted transactions included.</summary>
    public static List<long> Offsets(PartitionLog log)
    {
        List<long> offsets = [];
        for (var from = log.LogStartOffset; ;)
        {
            using var read = log.Read(from, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (read.Records.Length == 0)
                return offsets;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                using var records = new RecordReader(batch);
                while (records.MoveNext())
                    offsets.Add(records.Current.Offset);
                Assert.That(batch.LastOffset, Is.GreaterThanOrEqualTo(from), "a batch comes twice");
                from = batch.LastOffset + 1;
            }
        }
    }

    private static void Add(Dictionary<string, string> values, in RecordBatch batch, long from)
    {
        using var records = new RecordReader(batch);
        while (records.MoveNext())
        {
            ref readonly var record = ref records.Current;
            if (record.Offset < from)
                continue;
            var key = Convert.ToHexString(record.Key);
            if (record.HasValue)
                values[key] = $"{record.Offset} {Convert.ToHexString(record.Value)}";
            else
                values.Remove(key);
        }
    }
}
