using KafkaSharp.Protocol;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>What a clean stop makes durable: the next start recovers nothing, also after a power failure.</summary>
public sealed class CleanStopTests
{
    private static readonly TopicPartition s_partition = new("t", 0);

    private readonly ManualTimeProvider _time = new();

    // Retention by time depends on the largest timestamp of a segment, which is in its time index.
    [Test]
    public async Task The_largest_timestamp_is_known_after_a_power_failure([Values] bool isFlushedBefore, [Range(1, 5)] int seed)
    {
        var files = new SimulatedFileSystem();
        files.CreateDirectory("/a");
        files.FlushDirectory("/");
        var manager = Open(files);
        Assert.That(manager.GetOrCreate(s_partition, new Uuid(1, 1), out var log), Is.EqualTo(ErrorCode.None));
        for (var i = 0; i < 10; i++)
            log!.AppendAsLeader(TestLog.Batch(timestamp: 1000 + i), 0);
        if (isFlushedBefore)
            log!.Flush();
        await manager.ShutdownAsync();

        var after = Open(files.LosePower(new Random(seed)));

        Assert.That(after.Directories[0].HadCleanShutdown);
        Assert.That(after.Get(s_partition)!.Segments.Active.TimeIndex.LastEntry.Timestamp, Is.EqualTo(1009));
        Assert.That(after.Get(s_partition)!.Segments.Active.LargestTimestamp, Is.EqualTo(1009));
        after.Abandon();
    }

    private LogManager Open(SimulatedFileSystem files) => LogManager.Open(new LogManagerOptions
    {
        FileSystem = files, Directories = ["/a"], Time = _time, Random = new Random(1), Background = work => work(),
    });
}
