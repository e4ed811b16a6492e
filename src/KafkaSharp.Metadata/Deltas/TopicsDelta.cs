using System.Collections.Immutable;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>
/// The topics that were created, changed or deleted. A topic that was deleted and made again under its name is in both collections, under
/// its two ids.
/// </summary>
public sealed class TopicsDelta
{
    // A record may name any number; a log that names an absurd one is broken and must not make us allocate for it.
    private const int MaxPartitionId = 10_000_000;

    private readonly TopicsImage _before;
    private readonly Dictionary<Uuid, TopicDelta> _changed = [];
    private readonly Dictionary<Uuid, TopicImage> _deleted = [];
    private readonly Dictionary<string, Uuid> _created = new(StringComparer.Ordinal);

    internal TopicsDelta(TopicsImage before) => _before = before;

    /// <summary>Created and changed topics by id.</summary>
    public IReadOnlyDictionary<Uuid, TopicDelta> ChangedTopics => _changed;

    /// <summary>Deleted topics by id, as they were in the image before.</summary>
    public IReadOnlyDictionary<Uuid, TopicImage> DeletedTopics => _deleted;

    /// <summary>What the changes mean for the replicas of one broker.</summary>
    public LocalReplicaChanges LocalChanges(int brokerId) => LocalReplicaChanges.Of(this, brokerId);

    internal void Replay(TopicRecord record)
    {
        // A snapshot names topics that are there already: they are changed, not created.
        _changed[record.TopicId] = new TopicDelta(record.Name, record.TopicId, _before.Topic(record.TopicId));
        _created[record.Name] = record.TopicId;
    }

    internal void Replay(PartitionRecord record)
    {
        if (record.PartitionId is < 0 or > MaxPartitionId)
            throw new MetadataException($"PartitionRecord for partition {record.PartitionId}");
        Topic(record.TopicId, nameof(PartitionRecord)).Set(record.PartitionId, PartitionRegistration.FromRecord(record));
    }

    internal void Replay(PartitionChangeRecord record)
    {
        var topic = Topic(record.TopicId, nameof(PartitionChangeRecord));
        var partition = topic.Partition(record.PartitionId)
            ?? throw new MetadataException($"PartitionChangeRecord for {topic.Name}-{record.PartitionId}, which is not there");
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
                throw new MetadataException($"ClearElrRecord for topic {record.TopicName}, which is not there");
            ClearElr(Topic(id, nameof(ClearElrRecord)));
            return;
        }
        foreach (var id in _before.ById.Keys.Where(id => !_deleted.ContainsKey(id)).Union(_changed.Keys).ToArray())
            ClearElr(Topic(id, nameof(ClearElrRecord)));
    }

    internal void FinishSnapshot()
    {
        // A snapshot names each topic with a TopicRecord, so a topic of before whose record did not come is gone, and one that
        // came is whole.
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
            throw new MetadataException($"{record} for topic {id}, which is not there");
        return _changed[id] = new TopicDelta(topic.Name, id, topic);
    }
}
