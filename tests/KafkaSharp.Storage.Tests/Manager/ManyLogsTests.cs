using System.Diagnostics;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// What thousands of small logs cost on a real disk: creating, stopping, starting after a stop in order and after a crash.
/// </summary>
[Explicit("measures")]
public sealed class ManyLogsTests
{
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("kafkasharp-many-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(1000)]
    public async Task Start_and_stop(int count)
    {
        var manager = Open();
        Measure("create", count, () =>
        {
            for (var i = 0; i < count; i++)
                manager.GetOrCreate(new TopicPartition("t", i), new Uuid(1, 2), out _);
        });
        Measure("append", count, () =>
        {
            foreach (var log in manager.Logs)
                log.AppendAsLeader(Batch(), 0);
        });
        Measure("stop", count, () => manager.ShutdownAsync().GetAwaiter().GetResult());
        Measure("start after a stop in order", count, () => manager = Open());
        Measure("checkpoints", count, manager.Maintenance.CheckpointRecoveryPoints);
        Measure("retention", count, manager.Maintenance.DeleteOldSegments);
        manager.Abandon();
        Measure("start after a crash", count, () => manager = Open());
        Assert.That(manager.Logs.Count(log => log.LogEndOffset == 1), Is.EqualTo(count));
        await manager.ShutdownAsync();
    }

    private LogManager Open() => LogManager.Open(new LogManagerOptions
    {
        FileSystem = new PhysicalFileSystem(), Directories = [_folder], Random = new Random(1),
    });

    private static byte[] Batch()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }

    private static void Measure(string what, int count, Action action)
    {
        var watch = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        action();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        TestContext.Out.WriteLine(
            $"{what}: {watch.Elapsed.TotalMilliseconds:N0} ms, {watch.Elapsed.TotalMilliseconds / count:N2} ms a log, cpu " +
            $"{cpu.TotalMilliseconds / count:N2} ms a log");
    }
}
