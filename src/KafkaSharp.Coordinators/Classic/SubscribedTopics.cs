using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// Reads the topics that a group's members subscribe to from the metadata of their joins, if that is the consumer protocol. The coordinator
/// needs them only to know which offsets must not expire or be deleted.
/// </summary>
internal static class SubscribedTopics
{
    /// <summary>Null when they are not known: another protocol type, or bytes that are not a subscription.</summary>
    public static IReadOnlySet<string>? Of(ClassicGroup group)
    {
        if (!group.UsesConsumerProtocol)
            return null;
        var topics = new HashSet<string>(StringComparer.Ordinal);
        if (group.Members.Count == 0)
            return topics;
        if (group.ProtocolName is not { } protocol)
            return null;
        try
        {
            foreach (var member in group.Members)
                topics.UnionWith(Read(member.Metadata(protocol)));
            return topics;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    private static List<string> Read(byte[] metadata)
    {
        var reader = new KafkaReader(metadata);
        // Kafka reads every version as the first: later ones only append fields, which must not be able to hide the topics.
        _ = reader.ReadInt16();
        return ConsumerProtocolSubscription.Read(ref reader, 0).Topics;
    }
}
