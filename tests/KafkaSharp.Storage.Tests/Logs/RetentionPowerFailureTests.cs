using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>A power failure after retention has deleted segments does not take back the end of the log.</summary>
public sealed class RetentionPowerFailureTests
{
    private readonly ManualTimeProvider _time = new();

    [Test]
    public void The_end_of_a_log_of_which_all_was_deleted_stays([Range(1, 20)] int seed)
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/data");
        disk.FlushDirectory("/");
        var log = Open(disk, recoveryPoint: 0);
        for (var i = 0; i < 3; i++)
            Append(log);
        log.UpdateHighWatermark(log.LogEndOffset);
        log.Flush();
        disk.FlushDirectory("/data");
        var flushed = log.RecoveryPoint;
        Assert.That(log.DeleteOldSegments(), Is.GreaterThan(0));
        Assert.That((log.LogStartOffset, log.LogEndOffset, log.Segments.Count), Is.EqualTo((3L, 3L, 1)));
        log.CloseAbruptly();
        using var found = Open(disk.LosePower(new Random(seed)), flushed);
        Assert.That(found.LogEndOffset, Is.EqualTo(3));
    }

    private static void Append(PartitionLog log)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, "k"u8, "v"u8);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private PartitionLog Open(SimulatedFileSystem disk, long recoveryPoint) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = disk,
        Directory = "/data/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(
            new Dictionary<string, string>(), new Dictionary<string, string> { ["retention.ms"] = "1000" }),
        Time = _time,
        Random = new Random(1),
        HadCleanShutdown = false,
        RecoveryPoint = recoveryPoint,
        Background = _ => { },
    });
}
