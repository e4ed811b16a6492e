using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Interception;

/// <summary>
/// Changes the responses of Fetch. Its partitions are known to the session of the client as well, so that a request is never divided: the
/// partitions that a fault affects get another content.
/// </summary>
/// <param name="names">The names of topics.</param>
internal sealed class FetchFaults(TopicNames names)
{
    /// <summary>Gives the partitions of a fault an error and no records, also those that the response leaves out.</summary>
    public void SetError(FetchRequest request, FetchResponse response, Fault fault, ErrorCode error)
    {
        foreach (var topic in request.Topics.Where(topic => names.Of(topic.Topic, topic.TopicId) == fault.Topic))
        {
            foreach (var partition in topic.Partitions.Where(partition => Fits(fault, partition.Partition)))
                AddIfMissing(response, topic, partition.Partition);
        }
        foreach (var partition in PartitionsOf(response, fault))
        {
            partition.ErrorCode = error;
            partition.Records = ReadOnlyMemory<byte>.Empty;
            partition.AbortedTransactions = null;
        }
    }

    /// <summary>Flips a bit of the value of the last record of each affected partition's first batch, in a copy.</summary>
    public void FlipBit(FetchResponse response, Fault fault)
    {
        foreach (var partition in PartitionsOf(response, fault))
        {
            if (partition.Records is not { Length: > 0 } records)
                continue;
            var copy = records.ToArray();
            var size = RecordBatchReader.TryReadSize(copy, int.MaxValue, out var first) ? first : copy.Length;
            copy[Math.Min(size, copy.Length) - 2] ^= 1;
            partition.Records = copy;
        }
    }

    private static void AddIfMissing(FetchResponse response, FetchRequest.FetchTopic topic, int partition)
    {
        var responded = response.Responses.Find(other => other.Topic == topic.Topic && other.TopicId == topic.TopicId);
        if (responded is null)
            response.Responses.Add(responded = new() { Topic = topic.Topic, TopicId = topic.TopicId });
        if (!responded.Partitions.Exists(other => other.PartitionIndex == partition))
            responded.Partitions.Add(new() { PartitionIndex = partition, HighWatermark = -1 });
    }

    private IEnumerable<FetchResponse.PartitionData> PartitionsOf(FetchResponse response, Fault fault) => response.Responses
        .Where(topic => fault.Topic is null || names.Of(topic.Topic, topic.TopicId) == fault.Topic)
        .SelectMany(topic => topic.Partitions.Where(partition => Fits(fault, partition.PartitionIndex)));

    private static bool Fits(Fault fault, int partition) => fault.Partition is null || fault.Partition == partition;
}
