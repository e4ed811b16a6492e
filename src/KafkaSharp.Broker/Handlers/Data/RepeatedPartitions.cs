using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// Produce requests that name a partition several times. Kafka responds to it once and appends the last records that are valid for a
/// produce request; if any of the others are not, the response has their error.
/// </summary>
internal static class RepeatedPartitions
{
    // Up to so many topics are compared with each other; partition numbers below it are found in a mask.
    private const int FewTopics = 16;
    private const int SmallNumber = 64;

    /// <summary>Whether a partition may be named twice. False for nearly every request, without an allocation.</summary>
    public static bool MayExist(ProduceRequest request)
    {
        var topics = request.TopicData;
        if (topics.Count > FewTopics)
            return true;
        for (var i = 0; i < topics.Count; i++)
        {
            if (MayRepeat(topics[i].PartitionData))
                return true;
            for (var j = 0; j < i; j++)
            {
                if (topics[j].TopicId == topics[i].TopicId && topics[j].Name == topics[i].Name)
                    return true;
            }
        }
        return false;
    }

    /// <summary>
    /// The request with each partition once, at its first place. <paramref name="errors"/> are those of the records that were left out or
    /// are refused.
    /// </summary>
    public static ProduceRequest Merge(ProduceRequest request, short version, out Dictionary<TopicIdPartition, RecordsException> errors)
    {
        errors = [];
        var merged = new OrderedDictionary<TopicIdPartition,
            (ProduceRequest.TopicProduceData Topic, ProduceRequest.PartitionProduceData Data)>();
        foreach (var topic in request.TopicData)
        {
            foreach (var data in topic.PartitionData)
            {
                var key = KeyOf(topic, data);
                if (IsValid(data, version, out var error))
                    merged[key] = (topic, data);
                else if (errors.TryAdd(key, error!))
                    merged.TryAdd(key, (topic, data));
                else
                    errors[key] = error!;
            }
        }
        return new ProduceRequest
        {
            TransactionalId = request.TransactionalId,
            Acks = request.Acks,
            TimeoutMs = request.TimeoutMs,
            TopicData = TopicsOf(merged.Values),
        };
    }

    public static TopicIdPartition KeyOf(ProduceRequest.TopicProduceData topic, ProduceRequest.PartitionProduceData data) =>
        new(topic.TopicId, new TopicPartition(topic.Name, data.Index));

    private static List<ProduceRequest.TopicProduceData> TopicsOf(
        IEnumerable<(ProduceRequest.TopicProduceData Topic, ProduceRequest.PartitionProduceData Data)> merged)
    {
        List<ProduceRequest.TopicProduceData> topics = [];
        foreach (var (topic, data) in merged)
        {
            if (topics.Count == 0 || topics[^1].TopicId != topic.TopicId || topics[^1].Name != topic.Name)
                topics.Add(new ProduceRequest.TopicProduceData { Name = topic.Name, TopicId = topic.TopicId });
            topics[^1].PartitionData.Add(data);
        }
        return topics;
    }

    private static bool MayRepeat(List<ProduceRequest.PartitionProduceData> partitions)
    {
        if (partitions.Count <= 1)
            return false;
        var seen = 0UL;
        foreach (var partition in partitions)
        {
            if ((uint)partition.Index >= SmallNumber || (seen & (1UL << partition.Index)) != 0)
                return true;
            seen |= 1UL << partition.Index;
        }
        return false;
    }

    private static bool IsValid(ProduceRequest.PartitionProduceData data, short version, out RecordsException? error)
    {
        error = null;
        try
        {
            if (data.Records is { } records)
                ProducedRecords.Check(version, records.Span);
            return true;
        }
        catch (RecordsException e)
        {
            error = e;
            return false;
        }
    }
}
