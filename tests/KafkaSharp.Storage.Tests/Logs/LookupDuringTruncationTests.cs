using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// Lookups of timestamps while a follower's log is truncated and written again: what they find is of the log before or of the log after,
/// and not an entry of one index with the batches of the other log.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LookupDuringTruncationTests
{
    private readonly MemoryFileSystem _disk = new(TimeProvider.System);
    private Action _reading = () => { };

    [TestCase(1900)]
    [TestCase(OffsetLookup.MaxTimestamp)]
    public void A_lookup_is_of_the_log_before_or_after(long timestamp)
    {
        var reads = 0;
        for (var truncateAt = 0; truncateAt <= reads; truncateAt++)
        {
            using var log = Create($"/data/t-{truncateAt}");
            Append(log, 100, firstTimestamp: 1000);
            var before = log.OffsetForTimestamp(timestamp);
            reads = 0;
            _reading = () =>
            {
                if (reads++ != truncateAt)
                    return;
                _reading = () => { };
                log.TruncateTo(50);
                Append(log, 50, firstTimestamp: 5000);
            };
            var found = log.OffsetForTimestamp(timestamp);
            _reading = () => { };
            Assert.That(found, Is.EqualTo(before).Or.EqualTo(log.OffsetForTimestamp(timestamp)), $"at read {truncateAt}");
        }
        Assert.That(reads, Is.GreaterThan(1));
    }

    private static void Append(PartitionLog log, int count, long firstTimestamp)
    {
        for (var i = 0; i < count; i++)
            Assert.That(log.AppendAsLeader(TestLog.Batch(timestamp: firstTimestamp + 10 * i), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    /// <summary>A log with an index entry for each batch.</summary>
    private PartitionLog Create(string directory)
    {
        var files = new FaultyFileSystem(_disk, (operation, _) =>
        {
            if (operation == FileOperation.Read)
                _reading();
            return null;
        });
        return PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = directory,
            TopicPartition = new TopicPartition("t", 0),
            Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string> { ["index.interval.bytes"] = "0" }),
            Random = new Random(1),
            Background = work => work(),
        });
    }
}
