using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>One log in memory with small segments and a random history, opened, compacted and opened again.</summary>
internal static class CleanedLog
{
    public const string Folder = "/data/t-0";

    public static PartitionLog Open(
        IFileSystem files, ManualTimeProvider time, bool isClean, long recoveryPoint = 0, int deleteDelayMs = 60_000,
        Action<Action>? background = null)
    {
        var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = Folder,
            TopicPartition = new TopicPartition("t", 0),
            Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string>
            {
                ["cleanup.policy"] = "compact",
                ["internal.segment.bytes"] = "2500",
                ["index.interval.bytes"] = "300",
                ["file.delete.delay.ms"] = $"{deleteDelayMs}",
            }),
            Time = time,
            Random = new Random(1),
            HadCleanShutdown = isClean,
            RecoveryPoint = recoveryPoint,
            Background = background ?? (work => work()),
        });
        log.UpdateHighWatermark(log.LogEndOffset);
        return log;
    }

    /// <summary>A history in two parts: the first one is compacted, so that segments of both kinds are there.</summary>
    public static PartitionLog Create(IFileSystem files, ManualTimeProvider time, int seed, int deleteDelayMs = 60_000)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var log = Open(files, time, isClean: true, deleteDelayMs: deleteDelayMs);
        var history = new RandomHistory(seed, isCompressed: false, keys: 12);
        history.Append(log, nowMs, 25);
        history.EndTransactions(log, nowMs);
        log.UpdateHighWatermark(log.LogEndOffset);
        log.Flush();
        Assert.That(Clean(log), Is.True);
        history.Append(log, nowMs, 25);
        history.EndTransactions(log, nowMs);
        log.UpdateHighWatermark(log.LogEndOffset);
        log.Flush();
        return log;
    }

    /// <summary>A log whose first segment has offsets too far apart for its indexes, so that the first compaction splits it.</summary>
    public static PartitionLog CreateToBeSplit(IFileSystem files, ManualTimeProvider time, int deleteDelayMs = 60_000)
    {
        files.CreateDirectory(Folder);
        using (var written = files.OpenFile(LogFileNames.Log(Folder, 0), StorageFileMode.Create))
        {
            foreach (var offset in new[] { 0, 5, 3_000_000_000, 3_000_000_001, 6_000_000_000 })
                written.Write(written.Length, Batch(offset, $"{offset}"));
            written.Flush();
        }
        foreach (var index in new[] { LogFileNames.OffsetIndex(Folder, 0), LogFileNames.TimeIndex(Folder, 0) })
            files.OpenFile(index, StorageFileMode.Create).Dispose();
        files.OpenFile(LogFileNames.Log(Folder, 6_000_000_001), StorageFileMode.Create).Dispose();
        var log = Open(files, time, isClean: true, deleteDelayMs: deleteDelayMs);
        log.Flush();
        files.FlushDirectory(Folder);
        files.FlushDirectory(Path.GetDirectoryName(Folder)!);
        return log;
    }

    /// <summary>Compacts what can be compacted; false if it was stopped.</summary>
    public static bool Clean(PartitionLog log)
    {
        using var never = new CancellationTokenSource();
        var cleanable = CleanableLog.Of(log, log.Options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var limits = new CleaningLimits(1 << 20, 0.9, 4096, new CleanerThrottle(log.Options.Time, never.Token));
        return new LogCleaning(cleanable, limits, new KeyHasher(new Random(1)), () => false).Run() is not null;
    }

    private static byte[] Batch(long offset, string key)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = offset, PartitionLeaderEpoch = 0 });
        builder.Append(1, System.Text.Encoding.UTF8.GetBytes(key), "v"u8);
        return builder.Build().ToArray();
    }
}
