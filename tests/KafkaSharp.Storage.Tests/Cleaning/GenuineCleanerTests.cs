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

    private void CleanWithKafka(CleanedFolder folder, long nowMs, int mapBytes, Dictionary<string, string> configs)
    {
        _kafka.StandardInput.WriteLine(string.Join(' ', [
            folder.Path, $"{nowMs}", $"{Math.Max(0, folder.CleanedOffset)}", $"{mapBytes}",
            .. configs.Select(config => $"{config.Key}={config.Value}"),
        ]));
        _kafka.StandardInput.Flush();
        var answer = _kafka.StandardOutput.ReadLine();
        Assert.That(answer, Does.Match("^[0-9]+ [0-9]+ [0-9]+$"));
        folder.CleanedOffset = long.Parse(answer!.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
