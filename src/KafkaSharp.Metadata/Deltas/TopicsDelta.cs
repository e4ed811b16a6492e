using System.Collections.Immutable;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>
/// The created, changed and deleted topics. A topic that was deleted and recreated with the same name is in both collections, with
/// different ids.
/// </summary>
public sealed class TopicsDelta
{
    // The image allocates an array up to the largest partition id, so an absurd id in a corrupt record must be refused.
    private const int MaxPartitionId = 10_000_000;

    private readonly TopicsImage _before;
    private readonly Dictionary<Uuid, TopicDelta> _changed = [];
    private readonly Dictionary<Uuid, TopicImage> _deleted = [];
    private readonly Dictionary<string, Uuid> _created = new(StringComparer.Ordinal);

    internal TopicsDelta(TopicsImage before) => _before = before;

    /// <summary>The created and changed topics by id.</summary>
    public IReadOnlyDictionary<Uuid, TopicDelta> ChangedTopics => _changed;

    /// <summary>The deleted topics by id, with their state before the deletion.</summary>
    public IReadOnlyDictionary<Uuid, TopicImage> DeletedTopics => _deleted;

    /// <summary>The changes of the replicas of one broker.</summary>
    public LocalReplicaChanges LocalChanges(int brokerId) => LocalReplicaChanges.Of(this, brokerId);

    internal void Replay(TopicRecord record)
    {
        // A snapshot also contains topics that already exist. They are changed, not created.
        _changed[record.TopicId] = new TopicDelta(record.Name, record.TopicId, _before.Topic(record.TopicId));
        _created[record.Name] = record.TopicId;
    }

    internal void Replay(PartitionRecord record)
    {
        if (record.PartitionId is < 0 or > MaxPartitionId)
            throw new MetadataException($"A PartitionRecord has the invalid partition id {record.PartitionId}");
        Topic(record.TopicId, nameof(PartitionRecord)).Set(record.PartitionId, PartitionRegistration.FromRecord(record));
    }

    internal void Replay(PartitionChangeRecord record)
    {
        var topic = Topic(record.TopicId, nameof(PartitionChangeRecord));
        var partition = topic.Partition(record.PartitionId)
            ?? throw new MetadataException($"PartitionChangeRecord for {topic.Name}-{record.PartitionId}, which does not exist");
        topic.Set(record.PartitionId, partition.Merge(record));
    }

    internal string Replay(RemoveTopicRecord record)
    {
        var topic = Topic(record.TopicId, nameof(RemoveTopicRecord));
        _changed.Remove(record.TopicId);
        if (_created.TryGetValue(topic.Name, out var id) && id == record.TopicId)
            _created.Remove(topic.Name);
        if (topic.Before is { } before)
            _deleted[record.TopicId] = before;
        return topic.Name;
    }

    internal void Replay(ClearElrRecord record)
    {
        if (record.TopicName.Length > 0)
        {
            var id = _created.TryGetValue(record.TopicName, out var created) ? created : _before.TopicId(record.TopicName);
            if (id.IsZero)
                throw new MetadataException($"ClearElrRecord for topic {record.TopicName}, which does not exist");
            ClearElr(Topic(id, nameof(ClearElrRecord)));
            return;
        }
        foreach (var id in _before.ById.Keys.Where(id => !_deleted.ContainsKey(id)).Union(_changed.Keys).ToArray())
            ClearElr(Topic(id, nameof(ClearElrRecord)));
    }

    internal void FinishSnapshot()
    {
        // A snapshot has a TopicRecord for each topic and all its partitions, so a topic without one has been deleted.
        foreach (var (id, topic) in _before.ById)
        {
            if (!_changed.ContainsKey(id))
                _deleted[id] = topic;
        }
    }

    internal TopicsImage Apply()
    {
        var byName = _before.ByName.ToBuilder();
        var byId = _before.ById.ToBuilder();
        var colliding = _before.CollidingNames.ToBuilder();
        foreach (var (id, topic) in _deleted)
        {
            byId.Remove(id);
            if (!byName.TryGetValue(topic.Name, out var named) || named.Id != id)
                continue;
            byName.Remove(topic.Name);
            if (TopicName.HasCollisionChars(topic.Name))
                RemoveColliding(colliding, topic.Name);
        }
        foreach (var (id, topic) in _changed)
        {
            var image = topic.Apply();
            byId[id] = image;
            byName[topic.Name] = image;
            if (topic.IsCreated && TopicName.HasCollisionChars(topic.Name))
                AddColliding(colliding, topic.Name);
        }
        return new TopicsImage(byName.ToImmutable(), byId.ToImmutable(), colliding.ToImmutable());
    }

    private static void AddColliding(ImmutableDictionary<string, ImmutableSortedSet<string>>.Builder colliding, string name)
    {
        var unified = TopicName.Unified(name);
        colliding[unified] = (colliding.GetValueOrDefault(unified) ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal)).Add(name);
    }

    private static void RemoveColliding(ImmutableDictionary<string, ImmutableSortedSet<string>>.Builder colliding, string name)
    {
        var unified = TopicName.Unified(name);
        var rest = colliding[unified].Remove(name);
        if (rest.IsEmpty)
            colliding.Remove(unified);
        else
            colliding[unified] = rest;
    }

    private static void ClearElr(TopicDelta topic)
    {
        foreach (var id in topic.PartitionIds().ToArray())
        {
            var partition = topic.Partition(id)!;
            if (partition.Elr.Length == 0 && partition.LastKnownElr.Length == 0)
                continue;
            topic.Set(id, partition.Merge(new PartitionChangeRecord { EligibleLeaderReplicas = [], LastKnownElr = [] }));
        }
    }

    private TopicDelta Topic(Uuid id, string record)
    {
        if (_changed.TryGetValue(id, out var delta))
            return delta;
        if (_deleted.ContainsKey(id) || _before.Topic(id) is not { } topic)
            throw new MetadataException($"{record} for topic {id}, which does not exist");
        return _changed[id] = new TopicDelta(topic.Name, id, topic);
    }
}
