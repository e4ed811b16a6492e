namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// The partitions a fetcher follows, so that its requests name only what changed (KIP-227). Everything but the id is guarded by <see
/// cref="Gate"/>. The order of the partitions is the order in which they are read; one that gave records moves to the end.
/// </summary>
/// <param name="id">Its id.</param>
/// <param name="isFromFollower">Whether a follower fetches.</param>
/// <param name="usesTopicIds">Whether its requests name topics by id.</param>
/// <param name="created">The time, by the cache's clock.</param>
/// <param name="capacity">How many partitions it begins with. A table that grows leaves twice its memory as garbage.</param>
internal sealed class FetchSession(int id, bool isFromFollower, bool usesTopicIds, TimeSpan created, int capacity)
{
    public const int NoSession = 0;
    public const int InitialEpoch = 0;
    public const int FinalEpoch = -1;

    /// <summary>What a partition takes: the entry of 120 bytes, its place in the table, and what the table keeps free.</summary>
    public const int EntryBytes = 150;

    // A place of the table takes 20 bytes.
    private const int MostSparePlaces = 500;

    private readonly HashSet<FetchSessionPartition> _partitions = new(capacity, FetchSessionPartition.ByKey);
    private FetchSessionPartition? _first;
    private FetchSessionPartition? _last;

    public Lock Gate { get; } = new();

    public int Id { get; } = id;

    /// <summary>Followers' sessions are not evicted in favour of consumers'.</summary>
    public bool IsFromFollower { get; } = isFromFollower;

    public bool UsesTopicIds { get; } = usesTopicIds;

    /// <summary>When it was created, by the cache's clock.</summary>
    public TimeSpan Created { get; } = created;

    /// <summary>Guarded by the cache, not by <see cref="Gate"/>.</summary>
    public TimeSpan LastUsed { get; set; } = created;

    /// <summary>How many partitions the cache counted last; guarded by the cache.</summary>
    public int CountedSize { get; set; }

    /// <summary>The bytes that the cache counted last; guarded by the cache.</summary>
    public long CountedBytes { get; set; }

    /// <summary>The epoch that the next request must name.</summary>
    public int Epoch { get; set; } = NextEpoch(InitialEpoch);

    public int Count => _partitions.Count;

    /// <summary>How many partitions its table has room for.</summary>
    public int Places => _partitions.Capacity;

    /// <summary>About how much memory it takes.</summary>
    public long Bytes { get; private set; }

    public static int NextEpoch(int epoch) => epoch switch
    {
        FinalEpoch => FinalEpoch,
        int.MaxValue => 1,
        _ => epoch + 1,
    };

    public void Add(in FetchPartitionState wanted)
    {
        if (Find(wanted.Key) is { } known)
        {
            known.State.UpdateFrom(wanted);
            return;
        }
        var partition = new FetchSessionPartition(wanted);
        _partitions.Add(partition);
        Bytes += BytesOf(wanted.Key);
        Append(partition);
    }

    public void Remove(FetchPartitionKey key)
    {
        if (Find(key) is not { } partition)
            return;
        _partitions.Remove(partition);
        Bytes -= BytesOf(key);
        Unlink(partition);
        // A table keeps the places of what it held once, and the cache counts what is left.
        if (Places > 2 * Count + MostSparePlaces)
            _partitions.TrimExcess();
    }

    /// <summary>Moves a partition behind all others, so that they have their turn when a response is full.</summary>
    public void MoveToEnd(FetchSessionPartition partition)
    {
        if (partition == _last || Find(partition.State.Key) != partition)
            return;
        Unlink(partition);
        Append(partition);
    }

    public FetchSessionPartition[] ToArray()
    {
        var partitions = new FetchSessionPartition[Count];
        var next = _first;
        for (var i = 0; i < partitions.Length; i++, next = next!.Next)
            partitions[i] = next!;
        return partitions;
    }

    /// <summary>About how much memory a partition of a session takes.</summary>
    public static long BytesOf(FetchPartitionKey key) => EntryBytes + (key.Topic?.Length ?? 0) * sizeof(char);

    private FetchSessionPartition? Find(FetchPartitionKey key) =>
        _partitions.GetAlternateLookup<FetchPartitionKey>().TryGetValue(key, out var found) ? found : null;

    private void Append(FetchSessionPartition partition)
    {
        partition.Previous = _last;
        if (_last is null)
            _first = partition;
        else
            _last.Next = partition;
        _last = partition;
    }

    private void Unlink(FetchSessionPartition partition)
    {
        if (partition.Previous is null)
            _first = partition.Next;
        else
            partition.Previous.Next = partition.Next;
        if (partition.Next is null)
            _last = partition.Previous;
        else
            partition.Next.Previous = partition.Previous;
        partition.Previous = partition.Next = null;
    }
}
