using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Testing;

/// <summary>Reads the assignment of a member of a classic consumer group (Kafka's <c>ConsumerProtocolAssignment</c>).</summary>
internal static class ConsumerAssignments
{
    private const short HighestVersion = 3;

    /// <summary>The assigned partitions; none where the bytes are not such an assignment.</summary>
    public static IReadOnlyList<(string Topic, int Partition)> Read(ReadOnlyMemory<byte> assignment)
    {
        try
        {
            var reader = new KafkaReader(assignment);
            if (reader.Remaining == 0)
                return [];
            // As in Kafka, later versions only add fields.
            var read = ConsumerProtocolAssignment.Read(ref reader, Math.Min(reader.ReadInt16(), HighestVersion));
            return [.. read.AssignedPartitions.SelectMany(topic => topic.Partitions, (topic, partition) => (topic.Topic, partition))];
        }
        catch (ProtocolException)
        {
            return [];
        }
    }
}
