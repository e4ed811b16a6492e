using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Subscriptions;

/// <summary>
/// The hash of the metadata that a group subscribes to (Kafka's <c>Utils.computeTopicHash</c> and <c>computeGroupHash</c>). A group whose
/// hash changes begins a new epoch; the hash is stored, so it must be that of Kafka: 64-bit XXH3, little-endian, texts as UTF-16 followed
/// by their length. Stateless.
/// </summary>
internal static class MetadataHash
{
    private const byte Version = 0;

    /// <summary>The hash of a topic: its id, name, partitions and their racks. 0 when it does not exist.</summary>
    public static long OfTopic(MetadataImage image, string name)
    {
        if (image.Topics.Topic(name) is not { } topic)
            return 0;
        var sink = new ArrayBufferWriter<byte>(256);
        sink.Write([Version]);
        Write(sink, topic.Id.MostSignificantBits);
        Write(sink, topic.Id.LeastSignificantBits);
        Write(sink, topic.Name);
        Write(sink, topic.PartitionCount);
        for (var partition = 0; partition < topic.PartitionCount; partition++)
        {
            Write(sink, partition);
            foreach (var rack in Racks(image, topic, partition))
            {
                Write(sink, rack.Length);
                Write(sink, rack);
            }
        }
        return unchecked((long)XxHash3.HashToUInt64(sink.WrittenSpan));
    }

    /// <summary>The hash of all topics of a group; 0 when it has none.</summary>
    public static long OfGroup(IEnumerable<KeyValuePair<string, long>> topicHashes)
    {
        var sink = new ArrayBufferWriter<byte>(256);
        foreach (var (_, hash) in topicHashes.OrderBy(topic => topic.Key, StringComparer.Ordinal))
            Write(sink, hash);
        return sink.WrittenCount == 0 ? 0 : unchecked((long)XxHash3.HashToUInt64(sink.WrittenSpan));
    }

    private static IEnumerable<string> Racks(MetadataImage image, TopicImage topic, int partition) =>
        (topic.Partition(partition)?.Replicas ?? [])
        .Select(replica => image.Cluster.Broker(replica)?.Rack)
        .OfType<string>()
        .Order(StringComparer.Ordinal);

    private static void Write(ArrayBufferWriter<byte> sink, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(sink.GetSpan(sizeof(long)), value);
        sink.Advance(sizeof(long));
    }

    private static void Write(ArrayBufferWriter<byte> sink, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(sink.GetSpan(sizeof(int)), value);
        sink.Advance(sizeof(int));
    }

    private static void Write(ArrayBufferWriter<byte> sink, string text)
    {
        foreach (var unit in text)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(sink.GetSpan(sizeof(ushort)), unit);
            sink.Advance(sizeof(ushort));
        }
        Write(sink, text.Length);
    }
}
