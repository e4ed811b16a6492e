using System.Diagnostics;
using System.Globalization;
using KafkaSharp.Compression;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Benchmarks;

/// <summary>
/// Writes a log for <c>eng/bench-compaction</c>, and compacts one while it measures the CPU time of the process. The same folder is
/// compacted by the genuine cleaner. Both compact a copy of the log first, to be warm.
/// </summary>
internal static class CompactionSpeed
{
    private static readonly TopicPartition Partition = new("t", 0);

    /// <summary>write FOLDER CODEC MEGABYTES KEYS, or clean FOLDER... with a line of output for each.</summary>
    public static void Run(string[] arguments)
    {
        if (arguments[0] == "write")
            Write(arguments[1], Enum.Parse<CompressionType>(arguments[2]), int.Parse(arguments[3], CultureInfo.InvariantCulture),
                int.Parse(arguments[4], CultureInfo.InvariantCulture));
        else
            Array.ForEach(arguments[1..], Clean);
    }

    private static void Write(string folder, CompressionType codec, int megabytes, int keys)
    {
        using var manager = new Closing(Open(folder));
        var log = manager.Log;
        var random = new Random(1);
        var values = new byte[1 << 20];
        for (var i = 0; i < values.Length; i++)
            values[i] = (byte)('a' + random.Next(16));
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        for (long written = 0; written < (long)megabytes << 20;)
        {
            builder.Reset(new RecordBatchOptions { Compression = codec });
            while (builder.UncompressedSize < 16 * 1024)
            {
                var key = System.Text.Encoding.ASCII.GetBytes($"key-{random.Next(keys):D10}");
                builder.Append(1_700_000_000_000 + builder.RecordCount, key, values.AsSpan(random.Next(1 << 19), 150));
            }
            written += builder.UncompressedSize;
            if (log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode != ErrorCode.None)
                throw new InvalidOperationException("an append was refused");
        }
        Console.WriteLine(log.Segments.Active.BaseOffset);
    }

    private static void Clean(string folder)
    {
        using var manager = new Closing(Open(folder));
        var log = manager.Log;
        log.UpdateHighWatermark(log.LogEndOffset);
        var dirty = log.Segments.Active.BaseOffset;
        var bytes = log.Size - log.Segments.Active.Size;
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        manager.Manager.StartTasks();
        using var never = new ManualResetEvent(false);
        while (log.CleanedOffset < dirty)
            never.WaitOne(TimeSpan.FromMilliseconds(5));
        process.Refresh();
        Console.WriteLine($"{log.CleanedOffset} {(process.TotalProcessorTime - before).TotalNanoseconds:F0} {bytes}");
    }

    private static LogManager Open(string folder)
    {
        var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = new PhysicalFileSystem(),
            Directories = [folder],
            BrokerConfig = ConfigValues.Parse(new ConfigSchema([.. LogManagerConfigs.All, .. LogCleanerConfigs.All]),
                new Dictionary<string, string> { ["log.cleaner.backoff.ms"] = "100" }),
            Random = new Random(1),
        });
        manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["t"] = new Dictionary<string, string>
            {
                ["cleanup.policy"] = "compact", ["segment.bytes"] = $"{64 << 20}", ["min.cleanable.dirty.ratio"] = "0.01",
            },
        });
        return manager;
    }

    private sealed class Closing(LogManager manager) : IDisposable
    {
        public LogManager Manager { get; } = manager;

        public PartitionLog Log { get; } =
            manager.GetOrCreate(Partition, Uuid.Zero, out var log, isNew: true) == ErrorCode.None && log is not null
                ? log : throw new IOException("the log cannot be created");

        public void Dispose() => Manager.ShutdownAsync().GetAwaiter().GetResult();
    }
}
