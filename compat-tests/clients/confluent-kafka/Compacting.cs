using Confluent.Kafka;

namespace ConfluentKafka;

/// <summary>Consumers of compacted topics, whose offsets have gaps, and of which some batches have no records any more.</summary>
internal static class Compacting
{
    public static void EveryCodec(IAdminClient admin, string bootstrap, string topic)
    {
        List<CompactedTopic> topics = [.. Enum.GetValues<CompressionType>().Select(codec =>
            new CompactedTopic(admin, bootstrap, $"{topic}-{codec}", codec))];
        try
        {
            foreach (var each in topics)
            {
                each.WriteRounds(4);
                each.Delete("first-1");
                each.BeginSegment();
            }
            foreach (var each in topics)
            {
                each.AwaitCompaction();
                // A tombstone is deleted by the compaction after the one that has seen it first.
                each.WriteRounds(1);
                each.BeginSegment();
            }
            foreach (var each in topics)
                each.AwaitCompaction(deleted: "first-1");
        }
        finally
        {
            foreach (var each in topics)
                each.Dispose();
        }
    }
}
