using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// The groups and offsets of one shard. Offsets, opaque groups and removals are what replay makes of the log. A live classic group is ahead
/// of the log, as in Kafka: its commands change it at once and replay of its own metadata changes nothing. Used on the shard's event loop,
/// and by one loader before that.
/// </summary>
sealed class GroupTable(ShardContext context) : IReplayable<CoordinatorRecord>
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public OffsetStore Offsets { get; } = new();

    public IReadOnlyCollection<Group> Groups => _groups.Values;

    public Group? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    public ClassicGroup? FindClassic(string groupId) => _groups.GetValueOrDefault(groupId) as ClassicGroup;

    /// <summary>The classic group of that id, made where there is none; null where the id is that of another kind of group.</summary>
    public ClassicGroup? GetOrAddClassic(string groupId)
    {
        if (_groups.TryGetValue(groupId, out var group))
            return group as ClassicGroup;
        var added = new ClassicGroup(groupId, context);
        _groups.Add(groupId, added);
        return added;
    }

    public void Remove(string groupId)
    {
        if (_groups.Remove(groupId, out var group))
            group.CancelTimers();
    }

    void IReplayable<CoordinatorRecord>.Replay(long offset, CoordinatorRecord record)
    {
        switch (record)
        {
            case OffsetCommitRecord commit:
                ReplayOffset(offset, -1, commit.Group, commit.Topic, commit.Partition, commit.Value);
                break;
            case GroupMetadataRecord { IsTombstone: true } removal when Find(removal.Group) is ClassicGroup:
                Remove(removal.Group);
                break;
            case OpaqueTombstoneRecord removal when Find(removal.Group) is OpaqueGroup:
                Remove(removal.Group);
                break;
        }
    }

    /// <summary>Takes an offset commit into the state; one of a transaction waits for its end.</summary>
    public void ReplayOffset(long offset, long producerId, string group, string topic, int partition, OffsetAndMetadata? value)
    {
        if (value is null)
        {
            Offsets.Remove(group, topic, partition);
            return;
        }
        value.RecordOffset = offset;
        // Offsets of a group that was never joined: a simple group.
        if (!_groups.ContainsKey(group))
            GetOrAddClassic(group);
        if (producerId == -1)
            Offsets.Commit(group, topic, partition, value);
        else
            Offsets.CommitInTransaction(producerId, group, topic, partition, value);
    }

    /// <summary>Takes the metadata of a classic group found in the log into the state, in place of what was known.</summary>
    public void LoadClassic(string groupId, GroupMetadataValue? value)
    {
        Remove(groupId);
        if (value is not null)
            _groups.Add(groupId, new ClassicGroup(groupId, context, value));
    }

    /// <summary>Takes a record of a group whose protocol is not served here into the state.</summary>
    public void LoadOpaque(string groupId, GroupType type, byte[] key, bool isMember, bool isTombstone)
    {
        var group = Find(groupId) as OpaqueGroup;
        if (isTombstone)
        {
            group?.Remove(key, isMember);
            if (group is { IsGone: true })
                Remove(groupId);
            return;
        }
        if (group is null || group.Type != type)
        {
            Remove(groupId);
            _groups.Add(groupId, group = new OpaqueGroup(groupId, type));
        }
        group.Set(key, isMember);
    }
}
