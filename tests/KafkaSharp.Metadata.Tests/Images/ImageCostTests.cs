using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Tests.Images;

internal sealed class ImageCostTests
{
    [Test]
    public void Ten_thousand_topics_created_one_at_a_time_share_all_but_a_path()
    {
        var image = MetadataImage.Empty;
        var first = Allocated(() => image = CreateTopics(image, 0, 1_000));
        CreateTopics(image, 1_000, 1);
        image = CreateTopics(image, 1_000, 8_000);
        var last = Allocated(() => image = CreateTopics(image, 9_000, 1_000));
        Assert.That(image.Topics.Count, Is.EqualTo(10_000));
        TestContext.Out.WriteLine($"bytes for each of the first 1,000 topics {first / 1000}, of the last 1,000 {last / 1000}");
        // The tree grows by a few levels only: ten times the topics must not cost twice as much each.
        Assert.That(last, Is.LessThan(first * 2));
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static MetadataImage CreateTopics(MetadataImage image, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var delta = new MetadataDelta(image);
            var id = new Uuid(i + 1, i + 1);
            delta.Replay(new(new TopicRecord { Name = $"topic-{i}", TopicId = id }, 0));
            delta.Replay(new(new PartitionRecord { TopicId = id, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1 }, 2));
            image = delta.Apply(new MetadataProvenance(i, 1, i));
        }
        return image;
    }
}
