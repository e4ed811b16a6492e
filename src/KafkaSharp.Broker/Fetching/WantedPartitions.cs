using System.Runtime.InteropServices;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// The partitions that a fetch request names. As in Kafka, one that is named several times counts once, at its first place and with its
/// last values.
/// </summary>
internal static class WantedPartitions
{
    // Fetchers without a session name a few partitions in each request: comparing them is cheaper than a table.
    private const int FewPartitions = 16;

    public static FetchPartitionState[] Merge(FetchRequest request, bool usesTopicIds)
    {
        var count = 0;
        foreach (var topic in request.Topics)
            count += topic.Partitions.Count;
        var wanted = new List<FetchPartitionState>(count);
        var places = count > FewPartitions ? new Dictionary<FetchPartitionKey, FetchPartitionState>(count) : null;
        foreach (var topic in request.Topics)
        {
            foreach (var named in topic.Partitions)
            {
                var state = StateOf(topic, named, usesTopicIds);
                var known = places is null ? Find(wanted, state.Key) : places.GetValueOrDefault(state.Key);
                if (known is not null)
                {
                    known.UpdateFrom(state);
                    continue;
                }
                wanted.Add(state);
                places?.Add(state.Key, state);
            }
        }
        return [.. wanted];
    }

    /// <summary>Adds and changes the partitions of a session that the request names, then removes those that it forgets.</summary>
    public static void Update(FetchSession session, FetchRequest request, bool usesTopicIds)
    {
        foreach (var topic in request.Topics)
        {
            foreach (var named in topic.Partitions)
                session.Add(StateOf(topic, named, usesTopicIds));
        }
        foreach (var topic in request.ForgottenTopicsData)
        {
            foreach (var partition in topic.Partitions)
                session.Remove(KeyOf(topic.TopicId, topic.Topic, partition, usesTopicIds));
        }
    }

    private static FetchPartitionState? Find(List<FetchPartitionState> states, in FetchPartitionKey key)
    {
        foreach (var state in CollectionsMarshal.AsSpan(states))
        {
            if (state.Key == key)
                return state;
        }
        return null;
    }

    private static FetchPartitionState StateOf(FetchRequest.FetchTopic topic, FetchRequest.FetchPartition named, bool usesTopicIds) =>
        new(KeyOf(topic.TopicId, topic.Topic, named.Partition, usesTopicIds))
        {
            MaxBytes = named.PartitionMaxBytes,
            FetchOffset = named.FetchOffset,
            CurrentLeaderEpoch = named.CurrentLeaderEpoch,
            LastFetchedEpoch = named.LastFetchedEpoch,
        };

    private static FetchPartitionKey KeyOf(Uuid topicId, string name, int partition, bool usesTopicIds) =>
        usesTopicIds ? new FetchPartitionKey(topicId, null, partition) : new FetchPartitionKey(Uuid.Zero, name, partition);
}
