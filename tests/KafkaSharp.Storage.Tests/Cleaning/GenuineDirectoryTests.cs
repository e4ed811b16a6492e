using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Tests.Logs;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// The directory that a genuine broker filled without its cleaner (stage 1), compacted by us at the times at which the genuine cleaner did
/// it (stage 2): the same segments.
/// </summary>
public sealed class GenuineDirectoryTests
{
    // The genuine cleaner wrote its time plus delete.retention.ms into delete horizons.
    private const long DeleteRetentionMs = 86_400_000;
    private const long FirstRoundMs = 1_795_325_779_676 - DeleteRetentionMs;
    private const long SecondRoundMs = 1_795_325_787_831 - DeleteRetentionMs;
    private const long ThirdRoundMs = 1_795_325_791_896 - DeleteRetentionMs;

    [TestCase("stage2-killed")]
    [TestCase("stage3-recovered")]
    public void The_compacted_log_is_the_genuine_one(string stage)
    {
        using var uncleaned = new GenuineLogs("stage1-uncleaned");
        using var expected = new GenuineLogs(stage);
        var configs = uncleaned.State.GetProperty("topicConfigs").GetProperty("compact").EnumerateObject()
            .ToDictionary(config => config.Name, config => config.Value.GetString()!);
        var ours = new CleanedFolder(uncleaned.DirectoryOf("compact-0"), configs);
        var genuine = new CleanedFolder(expected.DirectoryOf("compact-0"), configs);
        var tombstones = AppendedAfterStage1(genuine);

        ours.Clean(FirstRoundMs, 1 << 20);
        Assert.That(ours.CleanedOffset, Is.EqualTo(504), "the active segment is left");
        Append(ours, tombstones[0], SecondRoundMs);
        Append(ours, tombstones[1], SecondRoundMs);
        ours.Clean(SecondRoundMs, 1 << 20);
        Append(ours, tombstones[2], ThirdRoundMs);
        ours.Clean(ThirdRoundMs, 1 << 20);
        Assert.That(ours.CleanedOffset, Is.EqualTo(650));
        Assert.That(ours.Describe(withPositions: false), Is.EqualTo(genuine.Describe(withPositions: false)));
    }

    /// <summary>The three batches of ten tombstones, as they were before a delete horizon was written into two of them.</summary>
    private static byte[][] AppendedAfterStage1(CleanedFolder genuine)
    {
        List<byte[]> batches = [];
        foreach (var file in Directory.GetFiles(genuine.Path, "*.log"))
        {
            foreach (var batch in new RecordBatchReader(File.ReadAllBytes(file)))
            {
                if (batch.BaseOffset < 630)
                    continue;
                using var builder = new RecordBatchBuilder(
                    new RecordBatchOptions { BaseOffset = batch.BaseOffset, PartitionLeaderEpoch = batch.PartitionLeaderEpoch });
                using var records = new RecordReader(batch);
                while (records.MoveNext())
                    builder.Append(records.Current.Offset, records.Current);
                batches.Add(builder.Build().ToArray());
            }
        }
        Assert.That(batches, Has.Count.EqualTo(3));
        return [.. batches];
    }

    /// <summary>Each of them began a new segment.</summary>
    private static void Append(CleanedFolder folder, byte[] batch, long nowMs)
    {
        using var log = folder.Open(nowMs);
        log.Config = LogConfig.From(
            new Dictionary<string, string>(), new Dictionary<string, string> { ["internal.segment.bytes"] = $"{batch.Length}" });
        Assert.That(log.AppendAsFollower(batch, new RecordBatch(batch).PartitionLeaderEpoch).SizeInBytes, Is.EqualTo(batch.Length));
    }
}
