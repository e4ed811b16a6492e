using System.Collections.Immutable;
using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>
/// The committed offsets of a shard, and those of transactions that are still open: the result of replaying the log. Changes are undone
/// together with their records. Used on the shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class OffsetStore(UndoLog undo)
{
    private readonly PartitionTable<OffsetAndMetadata> _committed = new(undo);
    private readonly RevertibleDictionary<long, PartitionTable<OffsetAndMetadata>> _pendingByProducer = new(undo);
    private readonly PartitionTable<ImmutableHashSet<long>> _openProducers = new(undo);

    public IReadOnlyDictionary<string, Dictionary<int, OffsetAndMetadata>>? CommittedOf(string group) => _committed.Group(group);

    public OffsetAndMetadata? Committed(string group, string topic, int partition) =>
        _committed.TryGet(group, topic, partition, out var value) ? value : null;

    public IEnumerable<(string Group, string Topic, int Partition, OffsetAndMetadata Value)> AllCommitted() => _committed.All();

    public IEnumerable<(string Group, string Topic, int Partition, OffsetAndMetadata Value)> AllPending() =>
        _pendingByProducer.Values.SelectMany(table => table.All());

    /// <summary>Whether a transaction that is still open has committed something for this partition.</summary>
    public bool HasPending(string group, string topic, int partition) => _openProducers.TryGet(group, topic, partition, out _);

    public bool HasPending(string group) => _openProducers.Group(group) is not null;

    /// <summary>Whether anything is kept for a group.</summary>
    public bool HasAny(string group) => CommittedOf(group) is not null || HasPending(group);

    /// <summary>The partitions of a group that open transactions have committed something for.</summary>
    public IEnumerable<(string Topic, int Partition)> PendingPartitions(string group)
    {
        if (_openProducers.Group(group) is not { } topics)
            yield break;
        foreach (var (topic, partitions) in topics)
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
            _pendingByProducer.Set(producerId, pending = new PartitionTable<OffsetAndMetadata>(undo));
        pending.Set(group, topic, partition, value);
        var producers = OpenProducers(group, topic, partition);
        if (!producers.Contains(producerId))
            _openProducers.Set(group, topic, partition, producers.Add(producerId));
    }

    /// <summary>A tombstone removes what is committed and what open transactions would commit.</summary>
    public void Remove(string group, string topic, int partition)
    {
        _committed.Remove(group, topic, partition);
        if (!HasPending(group, topic, partition))
            return;
        foreach (var producerId in OpenProducers(group, topic, partition))
        {
            if (_pendingByProducer.TryGetValue(producerId, out var pending))
                pending.Remove(group, topic, partition);
        }
        _openProducers.Remove(group, topic, partition);
    }

    /// <summary>Ends a transaction; an offset that was committed by a later record stays.</summary>
    public void EndTransaction(long producerId, bool committed)
    {
        if (!_pendingByProducer.TryGetValue(producerId, out var pending))
            return;
        _pendingByProducer.Remove(producerId);
        foreach (var (group, topic, partition, value) in pending.All())
        {
            Close(producerId, group, topic, partition);
            if (committed && (Committed(group, topic, partition) is not { } existing || value.RecordOffset > existing.RecordOffset))
                _committed.Set(group, topic, partition, value);
        }
    }

    private void Close(long producerId, string group, string topic, int partition)
    {
        var producers = OpenProducers(group, topic, partition).Remove(producerId);
        if (producers.IsEmpty)
            _openProducers.Remove(group, topic, partition);
        else
            _openProducers.Set(group, topic, partition, producers);
    }

    private ImmutableHashSet<long> OpenProducers(string group, string topic, int partition) =>
        _openProducers.TryGet(group, topic, partition, out var producers) ? producers : [];
}
