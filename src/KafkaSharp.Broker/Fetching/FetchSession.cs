namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// The partitions a fetcher follows, so that its requests name only what changed (KIP-227). Everything but the id is guarded by
/// <see cref="Gate"/>. The order of the partitions is the order in which they are read; one that gave records goes to the end.
/// </summary>
sealed class FetchSession(int id, bool isFromFollower, bool usesTopicIds, long createdMs)
{
    public const int NoSession = 0;
    public const int InitialEpoch = 0;
    public const int FinalEpoch = -1;

    private readonly LinkedList<FetchPartitionState> _order = [];
    private readonly Dictionary<FetchPartitionKey, LinkedListNode<FetchPartitionState>> _partitions = [];

    public Lock Gate { get; } = new();

    public int Id { get; } = id;

    /// <summary>Followers' sessions are not evicted for the sake of consumers'.</summary>
    public bool IsFromFollower { get; } = isFromFollower;

    public bool UsesTopicIds { get; } = usesTopicIds;

    public long CreatedMs { get; } = createdMs;

    /// <summary>Guarded by the cache, not by <see cref="Gate"/>.</summary>
    public long LastUsedMs { get; set; } = createdMs;

    /// <summary>How many partitions the cache counted last; guarded by the cache.</summary>
    public int CountedSize { get; set; }

    /// <summary>The epoch that the next request must name.</summary>
    public int Epoch { get; set; } = NextEpoch(InitialEpoch);

    public int Count => _partitions.Count;

    public static int NextEpoch(int epoch) => epoch switch
    {
        FinalEpoch => FinalEpoch,
        int.MaxValue => 1,
        _ => epoch + 1,
    };

    public void Add(FetchPartitionState partition)
    {
        if (_partitions.TryGetValue(partition.Key, out var known))
            known.Value.UpdateFrom(partition);
        else
            _partitions.Add(partition.Key, _order.AddLast(partition));
    }

    public void Remove(FetchPartitionKey key)
    {
        if (_partitions.Remove(key, out var node))
            _order.Remove(node);
    }

    /// <summary>Sends a partition to the end of the line, so that the ones after it get their turn when an answer is full.</summary>
    public void MoveToEnd(FetchPartitionState partition)
    {
        if (_partitions.TryGetValue(partition.Key, out var node) && node != _order.Last)
        {
            _order.Remove(node);
            _order.AddLast(node);
        }
    }

    public FetchPartitionState[] ToArray() => [.. _order];
}
