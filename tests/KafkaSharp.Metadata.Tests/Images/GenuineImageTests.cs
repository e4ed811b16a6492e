using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Images;

internal sealed class GenuineImageTests
{
    [TestCaseSource(typeof(GenuineLog), nameof(GenuineLog.All))]
    public void The_log_replayed_up_to_a_snapshot_is_what_the_snapshot_holds(string directory)
    {
        var log = GenuineLog.Read(directory);
        var compared = 0;
        foreach (var (offset, records) in log.Snapshots)
        {
            // A snapshot of another node's log may end where this node's log has not begun.
            if (records.Count == 0 || log.Batches.Count == 0 || log.Batches[0].BaseOffset > 0)
                continue;
            Assert.That(GenuineLog.Content(log.ImageBefore(offset)), Is.EqualTo(GenuineLog.Sorted(records)), $"snapshot at {offset}");
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(0));
    }

    [TestCaseSource(typeof(GenuineLog), nameof(GenuineLog.All))]
    public void A_snapshot_loaded_over_an_older_image_is_what_the_snapshot_holds(string directory)
    {
        var log = GenuineLog.Read(directory);
        var (_, latest) = log.Snapshots.Last();
        foreach (var before in new[] { 0, 40, 120, 320 })
        {
            var delta = new MetadataDelta(log.ImageBefore(before));
            foreach (var record in latest)
                delta.Replay(record);
            delta.FinishSnapshot();
            var image = delta.Apply(new MetadataProvenance(1000, 1, 1));
            Assert.That(GenuineLog.Content(image), Is.EqualTo(GenuineLog.Sorted(latest)), $"over the image at {before}");
        }
    }

    [TestCaseSource(typeof(GenuineLog), nameof(GenuineLog.All))]
    public void An_image_written_and_replayed_is_the_same(string directory)
    {
        var image = GenuineLog.Read(directory).ImageBefore(long.MaxValue);
        var delta = new MetadataDelta(MetadataImage.Empty);
        foreach (var record in MetadataImageWriter.Records(image))
            delta.Replay(record);
        Assert.That(GenuineLog.Content(delta.Apply(image.Provenance)), Is.EqualTo(GenuineLog.Content(image)));
    }

    [Test]
    public void The_image_shows_what_the_genuine_broker_told_its_admin_client()
    {
        var image = GenuineLog.Read("stage2-killed").ImageBefore(long.MaxValue);
        using var json = JsonDocument.Parse(new GZipStream(
            File.OpenRead(Vectors.Find("log-dirs/stage2-killed.consumer.json.gz")), CompressionMode.Decompress));
        var state = json.RootElement.GetProperty("state");

        var topics = state.GetProperty("topics");
        Assert.That(image.Topics.ByName.Keys, Is.EquivalentTo(topics.EnumerateObject().Select(topic => topic.Name)));
        foreach (var topic in topics.EnumerateObject())
        {
            var mine = image.Topics.Topic(topic.Name)!;
            Assert.That(mine.Id.ToString(), Is.EqualTo(topic.Value.GetProperty("id").GetString()));
            foreach (var partition in topic.Value.GetProperty("partitions").EnumerateArray())
            {
                var registration = mine.Partition(partition.GetProperty("partition").GetInt32())!;
                Assert.That(registration.Leader, Is.EqualTo(partition.GetProperty("leader").GetInt32()));
                Assert.That(registration.Isr, Is.EqualTo(partition.GetProperty("isr").EnumerateArray().Select(e => e.GetInt32())));
            }
        }
        foreach (var feature in state.GetProperty("features").EnumerateObject().Where(f => f.Name != "kraft.version"))
            Assert.That(image.Features.Level(feature.Name), Is.EqualTo(feature.Value.GetInt16()), feature.Name);
        Assert.That(image.Acls.Entries.Count, Is.EqualTo(state.GetProperty("acls").GetProperty("list").GetArrayLength()));
        Assert.That(image.Scram.Credentials.Keys.Select(user => user.Name), Is.EquivalentTo(
            state.GetProperty("scram").EnumerateObject().Select(u => u.Name)));
        foreach (var configs in state.GetProperty("topicConfigs").EnumerateObject())
        {
            var mine = image.Configs.TopicConfigs(configs.Name);
            foreach (var config in configs.Value.EnumerateObject().Where(config => mine.ContainsKey(config.Name)))
                Assert.That(mine[config.Name], Is.EqualTo(config.Value.GetString()));
        }
        Assert.That(image.Topics.Colliding("__consumer.offsets"), Is.EqualTo("__consumer_offsets"));
    }
}
