namespace KafkaSharp.Coordinators.Offsets;

/// <summary>
/// The committed offsets of a shard and those that wait for the end of their transaction: what replay made of the log. Used on the shard's
/// event loop, and by one loader before that.
/// </summary>
sealed class OffsetStore
{
    private readonly PartitionTable<OffsetAndMetadata> _committed = new();
    private readonly Dictionary<long, PartitionTable<OffsetAndMetadata>> _pendingByProducer = [];
    private readonly PartitionTable<HashSet<long>> _openProducers = new();

    public IReadOnlyDictionary<string, Dictionary<int, OffsetAndMetadata>>? CommittedOf(string group) => _committed.Group(group);

    public OffsetAndMetadata? Committed(string group, string topic, int partition) =>
        _committed.TryGet(group, topic, partition, out var value) ? value : null;

    public IEnumerable<(string Group, string Topic, int Partition, OffsetAndMetadata Value)> AllCommitted() => _committed.All();

    public IEnumerable<(string Group, string Topic, int Partition, OffsetAndMetadata Value)> AllPending() =>
        _pendingByProducer.Values.SelectMany(table => table.All());

    /// <summary>Whether a transaction that is still open has committed something for this partition.</summary>
    public bool HasPending(string group, string topic, int partition) => _openProducers.TryGet(group, topic, partition, out _);

    /// <summary>Whether anything is kept for a group.</summary>
    public bool HasAny(string group) => CommittedOf(group) is not null || HasPending(group);

    public bool HasPending(string group) => _openProducers.Group(group) is not null;

    /// <summary>The partitions of a group that open transactions have committed something for.</summary>
    public IEnumerable<(string Topic, int Partition)> PendingPartitions(string group)
    {
        foreach (var (topic, partitions) in _openProducers.Group(group) ?? new Dictionary<string, Dictionary<int, HashSet<long>>>())
        {
            foreach (var partition in partitions.Keys)
                yield return (topic, partition);
        }
    }

    public void Commit(string group, string topic, int partition, OffsetAndMetadata value) =>
        _committed.Set(group, topic, partition, value);

    public void CommitInTransaction(long producerId, string group, string topic, int partition, OffsetAndMetadata value)
    {
        if (!_pendingByProducer.TryGetValue(producerId, out var pending))
            _pendingByProducer.Add(producerId, pending = new PartitionTable<OffsetAndMetadata>());
        pending.Set(group, topic, partition, value);
        if (!_openProducers.TryGet(group, topic, partition, out var producers))
            _openProducers.Set(group, topic, partition, producers = []);
        producers.Add(producerId);
    }

    /// <summary>A tombstone forgets what is committed and what open transactions would commit.</summary>
    public void Remove(string group, string topic, int partition)
    {
        _committed.Remove(group, topic, partition);
        if (!_openProducers.TryGet(group, topic, partition, out var producers))
            return;
        foreach (var producerId in producers)
        {
            if (_pendingByProducer.TryGetValue(producerId, out var pending))
                pending.Remove(group, topic, partition);
        }
        _openProducers.Remove(group, topic, partition);
    }

    /// <summary>Ends a transaction; an offset that was committed by a later record stays.</summary>
    public void EndTransaction(long producerId, bool committed)
    {
        if (!_pendingByProducer.Remove(producerId, out var pending))
            return;
        foreach (var (group, topic, partition, value) in pending.All())
        {
            if (_openProducers.TryGet(group, topic, partition, out var producers) && producers.Remove(producerId) && producers.Count == 0)
                _openProducers.Remove(group, topic, partition);
            if (committed && (Committed(group, topic, partition) is not { } existing || value.RecordOffset > existing.RecordOffset))
                _committed.Set(group, topic, partition, value);
        }
    }
}
