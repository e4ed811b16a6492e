using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>A group of a shard. Used on the shard's event loop.</summary>
abstract class Group(string groupId)
{
    public string GroupId { get; } = groupId;

    public abstract GroupType Type { get; }

    /// <summary>Its name in ListGroups and DescribeGroups.</summary>
    public abstract string StateName { get; }

    public abstract string ProtocolTypeOrEmpty { get; }

    /// <summary>Whether it has no members and waits for none.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Whether it may be removed once it is empty and without offsets.</summary>
    public abstract bool MayExpire { get; }

    /// <summary>Whether members consume the topic, so that its offsets must stay.</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>From when the retention of an offset counts; null while offsets must not expire.</summary>
    public virtual long? ExpiryBaseMs(OffsetAndMetadata offset) => null;

    public abstract ErrorCode ValidateOffsetCommit(string memberId, string? groupInstanceId, int generationIdOrMemberEpoch);

    public abstract ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch);

    public abstract ErrorCode ValidateOffsetDelete();

    public abstract ErrorCode ValidateDelete();

    /// <summary>The records that remove the group from the log.</summary>
    public abstract IEnumerable<Records.CoordinatorRecord> Tombstones();

    /// <summary>The group has left its shard: nothing of it may run any more.</summary>
    public abstract void CancelTimers();
}
