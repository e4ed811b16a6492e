using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>
/// The messages that members of protocol type "consumer" embed in JoinGroup and SyncGroup (Kafka's <c>ConsumerProtocol</c>): a version,
/// then the message. A version above the highest is read as the highest. Stateless.
/// </summary>
internal static class EmbeddedProtocol
{
    /// <summary>The subscription of a member; null when the bytes are not one.</summary>
    public static ConsumerProtocolSubscription? ReadSubscription(ReadOnlyMemory<byte> metadata) =>
        Read<ConsumerProtocolSubscription>(metadata);

    /// <summary>The assignment of a member; null when the bytes are not one.</summary>
    public static ConsumerProtocolAssignment? ReadAssignment(ReadOnlyMemory<byte> assignment) =>
        Read<ConsumerProtocolAssignment>(assignment);

    /// <summary>Writes an assignment, of topics that exist, in the version of a member's subscription.</summary>
    public static byte[] WriteAssignment(IEnumerable<TopicPartitions> assigned, MetadataImage image, ReadOnlyMemory<byte> metadata)
    {
        var message = new ConsumerProtocolAssignment
        {
            AssignedPartitions =
            [
                .. assigned.Where(topic => image.Topics.Topic(topic.TopicId) is not null)
                    .Select(topic => new ConsumerProtocolAssignment.TopicPartition
                    {
                        Topic = image.Topics.TopicName(topic.TopicId)!, Partitions = [.. topic.Partitions],
                    }),
            ],
        };
        var version = Math.Clamp(
            metadata.Length < sizeof(short) ? (short)0 : new KafkaReader(metadata).ReadInt16(), ConsumerProtocolAssignment.LowestVersion,
            ConsumerProtocolAssignment.HighestVersion);
        return VersionedMessage.ToArray(message, version);
    }

    private static T? Read<T>(ReadOnlyMemory<byte> bytes)
        where T : class, IMessage<T>
    {
        try
        {
            var reader = new KafkaReader(bytes);
            var version = reader.ReadInt16();
            return version < T.LowestVersion ? null : T.Read(ref reader, Math.Min(version, T.HighestVersion));
        }
        catch (ProtocolException)
        {
            return null;
        }
    }
}
