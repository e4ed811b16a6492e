using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>A folder with one log that is opened, changed and closed several times.</summary>
internal sealed class CleanedFolder(string path, IReadOnlyDictionary<string, string> configs)
{
    private readonly Dictionary<string, string> _configs = new(configs);

    public string Path { get; } = path;

    public long CleanedOffset { get; set; } = -1;

    public long LogStartOffset { get; set; }

    /// <param name="nowMs">The time.</param>
    /// <param name="isClean">Whether the log was closed before.</param>
    /// <param name="policy">Another cleanup.policy.</param>
    public PartitionLog Open(long nowMs, bool isClean = true, string? policy = null)
    {
        var configs = policy is null ? _configs : new Dictionary<string, string>(_configs) { ["cleanup.policy"] = policy };
        var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = PhysicalFileSystem.Instance,
            Directory = Path,
            TopicPartition = new TopicPartition("t", 0),
            Config = LogConfig.From(new Dictionary<string, string>(), configs),
            Time = new ManualTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(nowMs)),
            Random = new Random(1),
            HadCleanShutdown = isClean,
            CleanedOffset = CleanedOffset,
            LogStartOffset = LogStartOffset,
            ProducerIdExpirationMs = int.MaxValue,
            Background = work => work(),
        });
        log.UpdateHighWatermark(log.LogEndOffset);
        return log;
    }

    /// <summary>Compacts the log; false if there is nothing to compact, as while a transaction is open.</summary>
    public bool Clean(long nowMs, long mapBytes) => Clean(nowMs, mapBytes, out _);

    /// <param name="nowMs">The time.</param>
    /// <param name="mapBytes">The memory of the map of keys.</param>
    /// <param name="cleanable">What was, or would have been, compacted.</param>
    public bool Clean(long nowMs, long mapBytes, out CleanableLog cleanable)
    {
        using var log = Open(nowMs);
        using var never = new CancellationTokenSource();
        var limits = new CleaningLimits(mapBytes, 0.9, 262_144, new CleanerThrottle(TimeProvider.System, never.Token));
        cleanable = CleanableLog.Of(log, nowMs);
        if (cleanable.DirtyBytes == 0)
            return false;
        Assert.That(new LogCleaning(cleanable, limits, new KeyHasher(new Random(1)), () => false).Run(), Is.Not.Null);
        CleanedOffset = log.CleanedOffset;
        return true;
    }

    /// <summary>The segments with their batches, records and index entries, one text for each.</summary>
    public List<string> Describe(bool withPositions)
    {
        List<string> found = [];
        foreach (var file in Directory.GetFiles(Path).Order(StringComparer.Ordinal))
        {
            var name = System.IO.Path.GetFileName(file);
            if (name.EndsWith(".log", StringComparison.Ordinal))
                Describe(found, name, File.ReadAllBytes(file), withPositions);
            else if (name.EndsWith(".txnindex", StringComparison.Ordinal) && new FileInfo(file).Length > 0)
                found.AddRange(File.ReadAllBytes(file).Chunk(AbortedTransaction.Size).Select(e => $"{name} {AbortedTransaction.Read(e)}"));
            else if (withPositions && name.EndsWith("index", StringComparison.Ordinal) && new FileInfo(file).Length > 0)
                found.Add($"{name} {Convert.ToHexString(File.ReadAllBytes(file))}");
        }
        return found;
    }

    private static void Describe(List<string> found, string name, byte[] segment, bool withBytes)
    {
        found.Add(name);
        foreach (var batch in new RecordBatchReader(segment))
        {
            batch.EnsureValid();
            var header = batch.Header;
            found.Add($"{batch.BaseOffset}-{batch.LastOffset} {header.BaseTimestamp}-{batch.MaxTimestamp} {header.Attributes:x} "
                + $"{batch.ProducerId} {batch.ProducerEpoch} {batch.BaseSequence} {batch.PartitionLeaderEpoch} {header.RecordCount} "
                + (withBytes ? $"{batch.SizeInBytes} {batch.Crc}" : ""));
            using var records = new RecordReader(batch);
            while (records.MoveNext())
            {
                ref readonly var record = ref records.Current;
                found.Add($"  {record.Offset} {record.Timestamp} {Convert.ToHexString(record.Key)} {record.HasValue} " +
                    $"{Convert.ToHexString(record.Value)} {record.HeaderCount}");
            }
        }
    }
}
