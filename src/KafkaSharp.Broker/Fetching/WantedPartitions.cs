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

    public static FetchPartitions Merge(FetchRequest request, bool usesTopicIds)
    {
        var named = 0;
        foreach (var topic in request.Topics)
            named += topic.Partitions.Count;
        var wanted = new FetchPartitionState[named];
        var places = named > FewPartitions ? new HashSet<int>(named, new PlaceComparer(wanted)) : null;
        var count = 0;
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                wanted[count] = StateOf(topic, partition, usesTopicIds);
                var place = places is null ? IndexOf(wanted, wanted[count].Key) : Enter(places, count);
                if (place == count)
                    count++;
                else
                    wanted[place].UpdateFrom(wanted[count]);
            }
        }
        return new FetchPartitions(wanted, count);
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

    private static int IndexOf(FetchPartitionState[] states, in FetchPartitionKey key)
    {
        var index = 0;
        while (states[index].Key != key)
            index++;
        return index;
    }

    /// <summary>The place of the same partition: an earlier one, or the one that was entered now.</summary>
    private static int Enter(HashSet<int> places, int place) =>
        !places.Add(place) && places.TryGetValue(place, out var earlier) ? earlier : place;

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

    /// <summary>Compares places by the partition there. A table of places has no references for the garbage collector to follow.</summary>
    private sealed class PlaceComparer(FetchPartitionState[] states) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y || states[x].Key == states[y].Key;

        public int GetHashCode(int place) => states[place].Key.GetHashCode();
    }
}
