using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Tests.ProducerState;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>The log manager on data directories that a genuine broker left, in order and by kill -9.</summary>
public sealed class GenuineDirectoriesTests
{
    // When the directories were made: idle producers have not expired.
    private static readonly DateTimeOffset Then = new(2023, 11, 14, 23, 0, 0, TimeSpan.Zero);

    private string _folder = "";

    [TearDown]
    public void DeleteFolder()
    {
        // None where the vectors are not at hand and the test was skipped.
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
        _folder = "";
    }

    [TestCase("stage1-uncleaned", true)]
    [TestCase("stage2-killed", false)]
    [TestCase("stage3-recovered", true)]
    public async Task All_logs_open_where_they_ended(string stage, bool clean)
    {
        await using var manager = Open(stage);
        var ends = LogEnds(stage);
        Assert.Multiple(() =>
        {
            Assert.That(manager.Directories.Select(directory => directory.HadCleanShutdown), Is.All.EqualTo(clean));
            Assert.That(manager.PreviousBrokerEpoch, clean ? Is.GreaterThan(0) : Is.EqualTo(-1));
            Assert.That(manager.Logs.Where(log => log.Size > 0).ToDictionary(log => log.TopicPartition.ToString(), log => log.LogEndOffset),
                Is.EquivalentTo(ends));
            Assert.That(manager.Logs.Select(log => log.TopicId), Is.All.Not.Null);
        });
    }

    [TestCase("stage1-uncleaned")]
    [TestCase("stage3-recovered")]
    public async Task Stopping_in_order_saves_what_the_genuine_broker_saved(string stage)
    {
        await (Open(stage)).ShutdownAsync(17);
        Assert.Multiple(() =>
        {
            foreach (var directory in new[] { "data-a", "data-b" })
            {
                foreach (var name in new[] { OffsetCheckpointFile.RecoveryPoint, OffsetCheckpointFile.LogStartOffset })
                {
                    var genuine = LogDirVectors.Files(stage, $"{directory}/{name}").Single().GetProperty("text").GetString()!;
                    var ours = File.ReadAllText(Path.Combine(_folder, directory, name));
                    Assert.That(Lines(ours), Is.EqualTo(Lines(genuine)), $"{directory}/{name}");
                }
                Assert.That(File.ReadAllText(Path.Combine(_folder, directory, CleanShutdownFile.Name)), Is.EqualTo(
                    "{\"version\":0,\"brokerEpoch\":17}"));
            }
        });
        static string[] Lines(string text) => [.. text.Split('\n').Order(StringComparer.Ordinal)];
    }

    [TestCase("stage1-uncleaned")]
    public void Replaying_a_log_gives_the_producers_that_the_genuine_broker_saved(string stage)
    {
        _folder = LogDirVectors.Unpack(stage);
        var (checkedLogs, producers) = (0, 0);
        foreach (var directory in Directory.EnumerateDirectories(_folder, "*", SearchOption.AllDirectories))
        {
            if (!LogDirectoryName.TryParse(Path.GetFileName(directory), out var name) || name.Kind != LogDirectoryKind.Current
                || Directory.GetFiles(directory, "*.snapshot").Order().LastOrDefault() is not { } last)
                continue;
            var expected = ProducerSnapshotFile.Decode(File.ReadAllBytes(last));
            foreach (var snapshot in Directory.GetFiles(directory, "*.snapshot"))
                File.Delete(snapshot);
            using var log = PartitionLog.Open(new PartitionLogOptions
            {
                FileSystem = new PhysicalFileSystem(), Directory = directory, TopicPartition = name.TopicPartition, Random = new Random(1),
                Time = new ManualTimeProvider(Then),
                Background = work => work(),
            });
            var replayed = log.Producers.Inspect(state => state.Producers.Select(ProducerSnapshotFileTests.Describe).ToArray());
            Assert.That(replayed, Is.EquivalentTo(expected.Select(ProducerSnapshotFileTests.Describe)), name.TopicPartition.ToString());
            (checkedLogs, producers) = (checkedLogs + 1, producers + expected.Count);
        }
        Assert.That(checkedLogs, Is.GreaterThan(20));
        Assert.That(producers, Is.GreaterThan(5));
    }

    private LogManager Open(string stage)
    {
        _folder = LogDirVectors.Unpack(stage);
        var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = new PhysicalFileSystem(),
            Directories = [Path.Combine(_folder, "data-a"), Path.Combine(_folder, "data-b")],
            Time = new ManualTimeProvider(Then),
            Random = new Random(1),
        });
        return manager;
    }

    /// <summary>The offset after the last batch of each partition that has batches.</summary>
    private static Dictionary<string, long> LogEnds(string stage)
    {
        var ends = new Dictionary<string, long>();
        foreach (var file in LogDirVectors.Files(stage, ".log"))
        {
            var folder = file.GetProperty("file").GetString()!.Split('/')[^2];
            if (!LogDirectoryName.TryParse(folder, out var name) || name.Kind != LogDirectoryKind.Current
                || folder.StartsWith("__cluster_metadata"))
                continue;
            foreach (var batch in file.GetProperty("batches").EnumerateArray())
                ends[folder] = Math.Max(ends.GetValueOrDefault(folder), batch.GetProperty("nextOffset").GetInt64());
        }
        return ends;
    }
}
