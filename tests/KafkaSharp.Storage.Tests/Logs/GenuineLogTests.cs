using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>Directories that Apache Kafka 4.3.1 wrote, one of them killed, opened and read here.</summary>
public sealed class GenuineLogTests
{
    [TestCaseSource(typeof(LogDirVectors), nameof(LogDirVectors.SingleNode))]
    public void Records_and_offsets_are_those_that_a_consumer_got(string stage)
    {
        using var logs = new GenuineLogs(stage);
        using (Assert.EnterMultipleScope())
        {
            foreach (var partition in logs.Partitions)
            {
                using var log = logs.Open(partition);
                foreach (var isolation in new[] { "read_uncommitted", "read_committed" })
                {
                    var consumed = logs.Consumed(isolation, partition);
                    var committed = isolation == "read_committed";
                    Assert.That(log.LogStartOffset, Is.EqualTo(consumed.GetProperty("beginningOffset").GetInt64()), partition);
                    // Groups wrote on after the consumer had read.
                    var isLive = partition.StartsWith("__consumer_offsets", StringComparison.Ordinal);
                    var end = consumed.GetProperty("endOffset").GetInt64();
                    Assert.That(committed ? log.LastStableOffset : log.HighWatermark,
                        isLive ? Is.InRange(end, end + 1) : Is.EqualTo(end), $"{partition} {isolation}");
                    var expected = consumed.GetProperty("records").EnumerateArray()
                        .Select(r => $"{r[0]} {r[1]} {(r[4].ValueKind == JsonValueKind.Null ? "null" : r[4].GetString())} " +
                            $"{(r[5].ValueKind == JsonValueKind.Null ? "null" : r[5].GetString())}");
                    Assert.That(Consume(log, committed, 700, end), Is.EqualTo(expected), $"{partition} {isolation}");
                    Assert.That(Consume(log, committed, 1 << 20, end), Is.EqualTo(expected), $"{partition} {isolation}, large");
                }
            }
        }
    }

    [TestCaseSource(typeof(LogDirVectors), nameof(LogDirVectors.SingleNode))]
    public void Timestamps_find_the_offsets_that_an_admin_client_was_told(string stage)
    {
        using var logs = new GenuineLogs(stage);
        using (Assert.EnterMultipleScope())
        {
            foreach (var partition in logs.State.GetProperty("offsetsByTimestamp").EnumerateObject())
            {
                using var log = logs.Open(partition.Name);
                foreach (var asked in partition.Value.EnumerateObject())
                {
                    var timestamp = asked.Name switch
                    {
                        "earliest" => OffsetLookup.EarliestTimestamp,
                        "latest" => OffsetLookup.LatestTimestamp,
                        "maxTimestamp" => OffsetLookup.MaxTimestamp,
                        _ => long.Parse(asked.Name),
                    };
                    int? epoch = asked.Value[2].ValueKind == JsonValueKind.Null ? null : asked.Value[2].GetInt32();
                    Assert.That(log.OffsetForTimestamp(timestamp),
                        Is.EqualTo(new OffsetLookup(asked.Value[1].GetInt64(), asked.Value[0].GetInt64(), epoch)),
                        $"{partition.Name} {asked.Name}");
                }
            }
        }
    }

    [TestCaseSource(typeof(LogDirVectors), nameof(LogDirVectors.SingleNode))]
    public void Producers_are_those_that_an_admin_client_was_told(string stage)
    {
        using var logs = new GenuineLogs(stage);
        using (Assert.EnterMultipleScope())
        {
            foreach (var partition in logs.State.GetProperty("producers").EnumerateObject())
            {
                // The first directory's broker had not restarted: it still knew producers whose records are old.
                using var log = stage == "stage1-uncleaned" ? logs.Open(partition.Name, nowMs: 1_700_000_200_000)
                    : logs.Open(partition.Name);
                var expected = partition.Value.EnumerateArray().Select(p =>
                    $"{p.GetProperty("producerId")} {p.GetProperty("producerEpoch")} {p.GetProperty("lastSequence")} " +
                    $"{p.GetProperty("lastTimestamp")} "
                    + (p.TryGetProperty("currentTransactionStartOffset", out var start) ? start.ToString() : ""));
                var actual = log.Producers.Inspect(producers => producers.Producers.OrderBy(p => p.ProducerId).Select(p =>
                    $"{p.ProducerId} {p.ProducerEpoch} {p.LastSequence} {p.LastTimestamp} {p.CurrentTransactionFirstOffset}").ToArray());
                Assert.That(actual, Is.EquivalentTo(expected), partition.Name);
            }
        }
    }

    [TestCase("stage1-uncleaned")]
    [TestCase("stage3-recovered")]
    public void Opening_and_closing_leaves_every_file_as_it_was(string stage)
    {
        using var logs = new GenuineLogs(stage);
        using (Assert.EnterMultipleScope())
        {
            foreach (var partition in logs.Partitions)
            {
                var before = Contents(logs.DirectoryOf(partition));
                logs.Open(partition).Dispose();
                Assert.That(Contents(logs.DirectoryOf(partition)), Is.EqualTo(before), partition);
            }
        }
    }

    [TestCaseSource(typeof(LogDirVectors), nameof(LogDirVectors.All))]
    public void Every_log_of_every_directory_gives_the_batches_that_are_in_it(string stage)
    {
        var folder = LogDirVectors.Unpack(stage);
        try
        {
            var expected = LogDirVectors.Files(stage, ".log").GroupBy(f => Path.GetDirectoryName(f.GetProperty("file").GetString())!);
            using (Assert.EnterMultipleScope())
            {
                foreach (var logs in expected.Where(l => !l.Key.EndsWith("-delete", StringComparison.Ordinal)))
                {
                    var name = Path.GetFileName(logs.Key);
                    var dash = name.LastIndexOf('-');
                    using var log = PartitionLog.Open(new PartitionLogOptions
                    {
                        FileSystem = PhysicalFileSystem.Instance,
                        Directory = Path.Combine(folder, logs.Key),
                        TopicPartition = new TopicPartition(name[..dash], int.Parse(name[(dash + 1)..])),
                        Random = new Random(1),
                        Background = work => work(),
                    });
                    var batches = logs.SelectMany(f => f.GetProperty("batches").EnumerateArray())
                        .OrderBy(b => b.GetProperty("baseOffset").GetInt64())
                        .Select(b => $"{b.GetProperty("baseOffset")} {b.GetProperty("lastOffset")} {b.GetProperty("sizeInBytes")} " +
                            $"{b.GetProperty("crc")}");
                    Assert.That(Batches(log), Is.EqualTo(batches), logs.Key);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Recovery_makes_the_indexes_that_genuine_recovery_made()
    {
        var expected = IndexEntries("stage3-recovered");
        using var logs = new GenuineLogs("stage2-killed");
        var compared = 0;
        using (Assert.EnterMultipleScope())
        {
            foreach (var partition in logs.Partitions)
            {
                using var log = logs.Open(partition);
                foreach (var segment in log.Segments.All)
                {
                    var offsets = Enumerable.Range(0, segment.OffsetIndex.EntryCount).Select(i => segment.OffsetIndex.Entry(i))
                        .Select(e => $"[{e.Offset - segment.BaseOffset},{e.Position}]");
                    var times = Enumerable.Range(0, segment.TimeIndex.EntryCount).Select(i => segment.TimeIndex.Entry(i))
                        .Select(e => $"[{e.Timestamp},{e.Offset - segment.BaseOffset}]");
                    Compare(segment.OffsetIndex.Path, offsets);
                    Compare(segment.TimeIndex.Path, times);
                    if (segment.TransactionIndex.EntryCount > 0)
                        Compare(segment.TransactionIndex.Path, Enumerable.Range(0, segment.TransactionIndex.EntryCount)
                            .Select(i => segment.TransactionIndex.Entry(i))
                                .Select(e => $"{e.ProducerId} {e.FirstOffset} {e.LastOffset} {e.LastStableOffset}"));
                }

                void Compare(string path, IEnumerable<string> actual)
                {
                    compared++;
                    var name = $"{partition}/{Path.GetFileName(path)}";
                    Assert.That(expected.ContainsKey(name), name);
                    Assert.That(actual, Is.EqualTo(expected.GetValueOrDefault(name)), name);
                }
            }
        }
        Assert.That(compared, Is.GreaterThan(100));
    }

    private static Dictionary<string, string[]> IndexEntries(string stage) => new[] { ".index", ".timeindex", ".txnindex" }
        .SelectMany(kind => LogDirVectors.Files(stage, kind))
        .ToDictionary(
            file => string.Join('/', file.GetProperty("file").GetString()!.Split('/')[^2..]),
            file => file.GetProperty("entries").EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Array
                ? e.GetRawText().Replace(" ", "")
                : $"{e.GetProperty("producerId")} {e.GetProperty("firstOffset")} {e.GetProperty("lastOffset")} " +
                    $"{e.GetProperty("lastStableOffset")}").ToArray());

    // Producer snapshots are left out: which of them a start keeps or adds follows the log start offset and the stop before, in Kafka too.
    private static string[] Contents(string directory) =>
        [.. Directory.GetFiles(directory).Where(f => !f.EndsWith(".snapshot", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetFileName(f)} {Convert.ToHexString(File.ReadAllBytes(f))}")];

    /// <summary>Reads as a consumer does: batch by batch, without control records and, if asked, without aborted transactions.</summary>
    private static List<string> Consume(PartitionLog log, bool committed, int maxLength, long end)
    {
        List<string> records = [];
        var offset = log.LogStartOffset;
        while (true)
        {
            using var read = log.Read(
                offset, maxLength, committed ? FetchIsolation.TransactionCommitted : FetchIsolation.HighWatermark, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            var aborted = new Queue<AbortedTransaction>((read.AbortedTransactions ?? []).OrderBy(a => a.FirstOffset));
            HashSet<long> aborting = [];
            var start = offset;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                while (committed && aborted.TryPeek(out var next) && next.FirstOffset <= batch.LastOffset)
                    aborting.Add(aborted.Dequeue().ProducerId);
                if (batch.IsControlBatch)
                    aborting.Remove(batch.ProducerId);
                else if (!batch.IsTransactional || !aborting.Contains(batch.ProducerId))
                    Add(records, batch, start, end);
                offset = batch.LastOffset + 1;
            }
            if (offset == start)
                return records;
        }
    }

    private static List<string> Batches(PartitionLog log)
    {
        List<string> batches = [];
        for (var offset = log.LogStartOffset; offset < log.LogEndOffset;)
        {
            using var read = log.Read(offset, 10_000, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.Records.Length, Is.GreaterThan(0));
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batches.Add($"{batch.BaseOffset} {batch.LastOffset} {batch.SizeInBytes} {batch.Crc}");
                offset = batch.LastOffset + 1;
            }
        }
        return batches;
    }

    private static void Add(List<string> records, in RecordBatch batch, long from, long to)
    {
        using var reader = new RecordReader(batch);
        while (reader.MoveNext())
        {
            ref readonly var record = ref reader.Current;
            if (record.Offset >= from && record.Offset < to)
            {
                records.Add($"{record.Offset} {record.Timestamp} {(record.HasKey ? Convert.ToHexStringLower(record.Key) : "null")} "
                    + (record.HasValue ? Convert.ToHexStringLower(record.Value) : "null"));
            }
        }
    }
}
