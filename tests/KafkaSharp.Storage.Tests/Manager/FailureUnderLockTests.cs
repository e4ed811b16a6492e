using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// A disk fails under the hands of several threads, each of which closes all logs of the directory. None of them may hold the lock of a log
/// for which another one waits.
/// </summary>
internal sealed class FailureUnderLockTests
{
    [Test]
    public void Two_truncations_fail_at_the_same_time()
    {
        var schema = new ConfigSchema([.. BrokerLogConfigs.All, .. LogManagerConfigs.All, .. LogCleanerConfigs.All]);
        var isBroken = false;
        PartitionLog[] logs = [];
        Thread? second = null;
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System), (operation, path) =>
        {
            if (!isBroken)
                return null;
            // The first thread closes the first log, and has the others before it, when the second thread fails.
            if (operation == FileOperation.Delete && path.StartsWith("/a/t-0/", StringComparison.Ordinal) && second is null)
            {
                second = new Thread(() => Truncate(logs[2])) { IsBackground = true };
                second.Start();
                SpinWait.SpinUntil(() => second.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !second.IsAlive);
            }
            return operation == FileOperation.SetLength ? new IOException("Input/output error", 5) : null;
        });
        var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = files,
            Directories = ["/a"],
            BrokerConfig = ConfigValues.Parse(schema, new Dictionary<string, string>()),
            Time = new ManualTimeProvider(),
            Random = new Random(1),
            Background = static _ => { },
            PartitionComparer = new ByNumber(),
        });
        manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["t"] = new Dictionary<string, string> { ["internal.segment.bytes"] = "1000" },
        });
        logs = [.. Enumerable.Range(0, 3).Select(number => Create(manager, new TopicPartition("t", number)))];
        logs[0].IncrementLogStartOffset(20);
        Assert.That(logs[0].DeleteOldSegments(), Is.GreaterThan(0));
        isBroken = true;
        var first = new Thread(() => Truncate(logs[1])) { IsBackground = true };
        first.Start();
        Assert.That(first.Join(TimeSpan.FromSeconds(30)) && second!.Join(TimeSpan.FromSeconds(30)), Is.True, "they wait for each other");
        Assert.That(manager.Directories[0].IsOffline);
        Assert.That(manager.Logs, Is.Empty);
        manager.Abandon();
    }

    private static void Truncate(PartitionLog log) => Assert.That(() => log.TruncateTo(5), Throws.InstanceOf<IOException>());

    private static PartitionLog Create(LogManager manager, TopicPartition partition)
    {
        manager.GetOrCreate(partition, new Uuid(1, 2), out var log, isNew: true);
        for (var value = 0; value < 30; value++)
            log!.AppendAsLeader(TestLog.Batch(1, 100, value), 0);
        log!.UpdateHighWatermark(log.LogEndOffset);
        return log;
    }

    /// <summary>The logs of a topic in the order of their numbers.</summary>
    private sealed class ByNumber : IEqualityComparer<TopicPartition>
    {
        public bool Equals(TopicPartition x, TopicPartition y) => x == y;

        public int GetHashCode(TopicPartition obj) => obj.Partition;
    }
}
