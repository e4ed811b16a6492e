using System.Diagnostics;
using System.Globalization;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// The same logs, compacted by Apache Kafka's own cleaner and by ours in several rounds, with appends in between: files, batches, records
/// and index entries are equal. The seed of a failure is in its message.
/// </summary>
[Explicit("starts a JVM")]
public sealed class GenuineCleanerTests
{
    private const int Seeds = 10;
    private const int Rounds = 5;
    private const long DeleteRetentionMs = 5_000;

    private Process _kafka = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public void Start()
    {
        var kafkaRun = Vectors.TryFindKafkaRun();
        Assume.That(kafkaRun, Is.Not.Null);
        var source = Path.Combine(
            Vectors.RepositoryRoot, "tests/KafkaSharp.Storage.Tests/Cleaning/CleanWithKafka.java");
        _folder = Directory.CreateTempSubdirectory("kafkasharp-cleaner-").FullName;
        _kafka = Process.Start(
            new ProcessStartInfo(kafkaRun!, [source]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _kafka?.Kill(entireProcessTree: true);
        _kafka?.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    // Without codecs every byte is the same. The codecs of Kafka and ours compress to different bytes.
    [TestCase(false, 1 << 20, 8192)]
    [TestCase(false, 24 * 20, 8192)]
    [TestCase(false, 24 * 7, 2000)]
    [TestCase(true, 1 << 20, 8192)]
    [TestCase(true, 24 * 12, 3000)]
    public void Logs_are_compacted_as_by_Kafka(bool isCompressed, int mapBytes, int segmentBytes)
    {
        var configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact",
            ["internal.segment.bytes"] = segmentBytes.ToString(CultureInfo.InvariantCulture),
            ["index.interval.bytes"] = "300",
            ["delete.retention.ms"] = DeleteRetentionMs.ToString(CultureInfo.InvariantCulture),
        };
        for (var seed = 0; seed < Seeds; seed++)
        {
            var folders = Path.Combine(_folder, $"{mapBytes}-{segmentBytes}-{isCompressed}-{seed}");
            var ours = new CleanedFolder(Path.Combine(folders, "ours", "t-0"), configs);
            var genuine = new CleanedFolder(Path.Combine(folders, "kafka", "t-0"), configs);
            // Where the map was full and the next pass begins within a segment, Kafka mistakes committed records for aborted ones
            // (decision 53).
            var aborts = mapBytes >= 1 << 20;
            var histories = new[]
            {
                (ours, new RandomHistory(seed, isCompressed, aborts)), (genuine, new RandomHistory(seed, isCompressed, aborts)),
            };
            for (var round = 0; round < Rounds; round++)
            {
                var nowMs = 1_700_000_000_000 + round * 3_000;
                foreach (var (folder, history) in histories)
                {
                    using var log = folder.Open(nowMs);
                    history.Append(log, nowMs, 30 + seed);
                    if (round % 2 == 1)
                        history.EndTransactions(log, nowMs);
                    log.Flush();
                }
                if (!ours.Clean(nowMs + 1_000, mapBytes))
                    continue;
                CleanWithKafka(genuine, nowMs + 1_000, mapBytes, configs);
                Assert.That(ours.CleanedOffset, Is.EqualTo(genuine.CleanedOffset), $"seed {seed}, round {round}");
                Assert.That(
                    ours.Describe(withPositions: !isCompressed), Is.EqualTo(genuine.Describe(withPositions: !isCompressed)),
                    $"seed {seed}, round {round}");
            }
        }
    }

    // The edges: what is chosen is Kafka's choice too.
    [TestCase(false, false, 1 << 20, "delete.retention.ms=5000")]
    [TestCase(true, false, 1 << 20, "delete.retention.ms=5000")]
    [TestCase(false, true, 1 << 20, "delete.retention.ms=0")]
    [TestCase(true, true, 24 * 12, "delete.retention.ms=2000")]
    [TestCase(false, false, 24 * 12, "delete.retention.ms=0")]
    [TestCase(false, true, 1 << 20, "delete.retention.ms=9223372036854775807")]
    [TestCase(false, true, 1 << 20, "delete.retention.ms=3000,message.timestamp.type=LogAppendTime")]
    [TestCase(false, false, 1 << 20, "delete.retention.ms=3000,min.compaction.lag.ms=15000")]
    [TestCase(false, false, 1 << 20, "delete.retention.ms=3000,max.compaction.lag.ms=1000")]
    [TestCase(false, true, 1 << 20, "delete.retention.ms=3000,segment.ms=4000,min.compaction.lag.ms=4000,max.compaction.lag.ms=9000")]
    [TestCase(false, false, 1 << 20, "delete.retention.ms=3000,cleanup.policy=compact%delete,retention.ms=30000")]
    public void Logs_at_the_edges_are_compacted_as_by_Kafka(bool isCompressed, bool hasNullKeys, int mapBytes, string settings)
    {
        var configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact", ["internal.segment.bytes"] = "40000", ["index.interval.bytes"] = "300",
            ["message.timestamp.after.max.ms"] = "9223372036854775807",
        };
        foreach (var setting in settings.Split(','))
            configs[setting.Split('=')[0]] = setting.Split('=')[1].Replace('%', ',');
        var cleanings = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var folders = Path.Combine(_folder, $"edges-{TestContext.CurrentContext.Test.ID}-{seed}");
            var ours = new CleanedFolder(Path.Combine(folders, "ours", "t-0"), configs);
            var genuine = new CleanedFolder(Path.Combine(folders, "kafka", "t-0"), configs);
            var aborts = mapBytes >= 1 << 20;
            var histories = new[]
            {
                (ours, new HostileHistory(seed, isCompressed, aborts, hasNullKeys)),
                (genuine, new HostileHistory(seed, isCompressed, aborts, hasNullKeys)),
            };
            var nowMs = 1_700_000_000_000;
            var random = new Random(seed);
            for (var round = 0; round < 2 * Rounds; round++)
            {
                nowMs += random.Next(8_000);
                foreach (var (folder, history) in histories)
                {
                    using var log = folder.Open(nowMs, policy: hasNullKeys ? "delete" : null);
                    history.Append(log, nowMs, 30 + seed);
                    if (round % 3 == 1)
                        history.EndTransactions(log, nowMs);
                    history.DeleteRecords(log);
                    log.DeleteOldSegments();
                    log.Flush();
                    folder.LogStartOffset = log.LogStartOffset;
                }
                var where = $"seed {seed}, round {round}";
                var isCleaned = ours.Clean(nowMs + 1_000, mapBytes, out var chosen);
                var choice = CleanWithKafka(genuine, nowMs + 1_000, mapBytes, configs, genuine.LogStartOffset);
                var own = new[] { $"{chosen.FirstDirtyOffset}", $"{chosen.EndOffset}", chosen.IsOverdue ? "true" : "false" };
                // The sizes of compressed batches depend on the codec's implementation.
                Assert.That(isCompressed ? own : [.. own, $"{chosen.CleanBytes}", $"{chosen.DirtyBytes}"],
                    Is.EqualTo(choice.Split(' ')[..(isCompressed ? 3 : 5)]), where);
                if (!isCleaned)
                    continue;
                cleanings++;
                Assert.That(ours.CleanedOffset, Is.EqualTo(genuine.CleanedOffset), where);
                Assert.That(ours.Describe(withPositions: !isCompressed), Is.EqualTo(genuine.Describe(withPositions: !isCompressed)), where);
            }
        }
        // A lag leaves little to compact in the time of the test.
        Assert.That(cleanings, Is.GreaterThan(settings.Contains("min.compaction.lag", StringComparison.Ordinal) ? 2 : Seeds));
    }

    private string CleanWithKafka(
        CleanedFolder folder, long nowMs, int mapBytes, Dictionary<string, string> configs, long? chooses = null)
    {
        _kafka.StandardInput.WriteLine(string.Join(' ', [
            folder.Path, $"{nowMs}", $"{Math.Max(0, folder.CleanedOffset)}", $"{mapBytes}",
            .. configs.Select(config => $"{config.Key}={config.Value}"), .. chooses is null ? [] : new[] { $"choose={chooses}" },
        ]));
        _kafka.StandardInput.Flush();
        var response = _kafka.StandardOutput.ReadLine();
        Assert.That(response, Does.Match(
            chooses is null ? "^[0-9]+ [0-9]+ [0-9]+$" : "^[0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+ (true|false) [0-9]+ [0-9]+$"));
        var fields = response!.Split(' ', 4);
        if (!response.EndsWith(" 0", StringComparison.Ordinal))
            folder.CleanedOffset = long.Parse(fields[0], CultureInfo.InvariantCulture);
        return fields.Length > 3 ? fields[3] : "";
    }
}
