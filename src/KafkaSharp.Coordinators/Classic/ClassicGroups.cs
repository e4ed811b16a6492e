using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The classic groups of a shard. A live classic group is ahead of the log, as in Kafka: its commands change it at once, and the replay of
/// its own metadata changes nothing. Only one that was a consumer group becomes live by replay. Used on the shard's event loop, and by one
/// loading thread before that.
/// </summary>
internal sealed class ClassicGroups(ClassicContext context, ClassicRebalance rebalance, GroupTable groups)
{
    /// <summary>The classic group of that id; null when there is none, or when it is a group of another protocol.</summary>
    public ClassicGroup? Find(string groupId) => groups.Find(groupId) as ClassicGroup;

    /// <summary>Adds a group that exists in memory until something of it is written.</summary>
    public ClassicGroup Add(string groupId)
    {
        var group = new ClassicGroup(groupId, context, rebalance);
        groups.Add(group);
        return group;
    }

    /// <summary>Discards a group that could not be written, unless others rely on it by now.</summary>
    public void DiscardUnlessUsed(ClassicGroup group, ErrorCode error)
    {
        if (groups.Find(group.GroupId) != group
            || (group.Members.Count + group.PendingJoinCount <= 1 && !groups.Offsets.HasAny(group.GroupId)))
            groups.Discard(group, error);
    }

    /// <summary>Applies the metadata of a group as it is loaded.</summary>
    public void Load(GroupMetadataRecord record)
    {
        if (record.Value is null)
            groups.Remove(record.Group);
        else
            groups.Replace(new ClassicGroup(record.Group, context, rebalance, record.Value));
    }

    /// <summary>Applies a record that a command has made.</summary>
    public void Replay(GroupMetadataRecord record)
    {
        if (record is ConvertedGroupRecord converted)
            groups.Replace(converted.Converted);
        else if (record.Value is null && Find(record.Group) is not null)
            groups.Remove(record.Group);
    }
}
