using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>A flush between the announcement of a truncation, which lowers and saves the recovery point, and its first change.</summary>
public sealed class FlushDuringTruncationTests
{
    [Test]
    public void Does_not_raise_the_recovery_point_again()
    {
        var time = new ManualTimeProvider();
        PartitionLog? log = null;
        var saved = new List<long>();
        log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = new MemoryFileSystem(time),
            Directory = "/data/t-0",
            TopicPartition = new TopicPartition("t", 0),
            Config = LogConfig.From(
                new Dictionary<string, string>(), new Dictionary<string, string> { ["internal.segment.bytes"] = "300" }),
            Time = time,
            Random = new Random(1),
            Background = work => work(),
            OffsetsLowered = _ =>
            {
                saved.Add(log!.RecoveryPoint);
                log.Flush();
            },
        });
        using (log)
        {
            for (var i = 0; i < 10; i++)
                Append(log);
            log.Flush();
            var shortened = log.Segments.All[1].BaseOffset;
            log.TruncateTo(shortened + 1);
            Assert.That(saved, Is.EqualTo(new[] { shortened }));
            Assert.That((log.RecoveryPoint, log.LogEndOffset), Is.EqualTo((shortened, shortened + 1)), "the shortened file is not flushed");
            log.Flush();
            Assert.That(log.RecoveryPoint, Is.EqualTo(shortened + 1));
        }
    }

    private static void Append(PartitionLog log)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, "k"u8, "v"u8);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
