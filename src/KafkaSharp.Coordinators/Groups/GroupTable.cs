using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// The groups and offsets of one shard. What commands and replay change is undone when the records are not written. Used on the shard's
/// event loop, and by one loading thread before that.
/// </summary>
/// <param name="undo">The undo log of the shard.</param>
/// <param name="newSimpleGroup">Makes the group for offsets that were committed without a member.</param>
internal sealed class GroupTable(UndoLog undo, Func<string, Group> newSimpleGroup)
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public OffsetStore Offsets { get; } = new(undo);

    public IReadOnlyCollection<Group> Groups => _groups.Values;

    public Group? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    /// <summary>Adds a group that is ahead of the log: its commands write it later, or remove it again when that fails.</summary>
    public void Add(Group group) => _groups.Add(group.GroupId, group);

    /// <summary>Removes a group that was added ahead of the log and could not be written.</summary>
    public void Discard(Group group, ErrorCode error)
    {
        if (Find(group.GroupId) == group)
            _groups.Remove(group.GroupId);
        group.OnUnloaded(error);
    }

    /// <summary>Removes a group with the records that remove it.</summary>
    public void Remove(string groupId)
    {
        if (!_groups.Remove(groupId, out var group))
            return;
        group.OnUnloaded(ErrorCode.UnknownMemberId);
        if (undo.IsRecording)
        {
            undo.Add(() =>
            {
                _groups[groupId] = group;
                group.OnRestored();
            });
        }
    }

    /// <summary>Adds a group with the records that create it, in place of one of another protocol.</summary>
    public void Replace(Group group)
    {
        Remove(group.GroupId);
        _groups.Add(group.GroupId, group);
        if (undo.IsRecording)
        {
            undo.Add(() =>
            {
                _groups.Remove(group.GroupId);
                group.OnUnloaded(ErrorCode.RebalanceInProgress);
            });
        }
    }

    /// <summary>Applies an offset commit; one of a transaction takes effect when the transaction ends.</summary>
    public void Replay(long offset, ProducerIdentity producer, OffsetCommitRecord commit)
    {
        if (commit.Value is null)
        {
            Offsets.Remove(commit.Group, commit.Topic, commit.Partition);
            return;
        }
        if (Find(commit.Group) is null)
            Replace(newSimpleGroup(commit.Group));
        var value = OffsetAndMetadata.From(commit.Value, offset);
        if (producer.IsTransactional)
            Offsets.CommitInTransaction(producer.Id, commit.Group, commit.Topic, commit.Partition, value);
        else
            Offsets.Commit(commit.Group, commit.Topic, commit.Partition, value);
    }

    /// <summary>Applies a record of a group whose protocol is not served here.</summary>
    public void Replay(OpaqueRecord record)
    {
        var group = Find(record.Group) as OpaqueGroup;
        if (record.Value is null)
        {
            group?.Remove(record);
            if (group is { IsGone: true })
                Remove(record.Group);
            return;
        }
        if (group is null || group.Type != record.GroupType)
            Replace(group = new OpaqueGroup(record.Group, record.GroupType, undo));
        group.Set(record);
    }
}
