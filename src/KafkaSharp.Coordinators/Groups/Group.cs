using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>A group of a shard, of any protocol (Kafka's <c>Group</c>). Used on the shard's event loop.</summary>
internal abstract class Group(string groupId)
{
    public string GroupId { get; } = groupId;

    public abstract GroupType Type { get; }

    /// <summary>The name of its state in ListGroups and DescribeGroups.</summary>
    public abstract string StateName { get; }

    public abstract string ProtocolTypeOrEmpty { get; }

    /// <summary>Whether it has no members and none is about to join.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Whether it may be removed once it is empty and without offsets.</summary>
    public abstract bool MayExpire { get; }

    /// <summary>Whether a classic member may join in its place when it is empty.</summary>
    public virtual bool MayBecomeClassic => Type != GroupType.Share;

    /// <summary>Whether members consume the topic, so that its offsets must stay.</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>From when the retention of an offset counts, in milliseconds since 1970; null while offsets must not expire.</summary>
    public virtual long? ExpiryBaseMs(OffsetAndMetadata offset) => null;

    /// <summary>
    /// Whether a member may commit offsets. In a transaction (TxnOffsetCommit) the fields of the member are optional, and are checked only
    /// if one of them is set.
    /// </summary>
    public abstract ErrorCode ValidateOffsetCommit(
        string memberId, string? groupInstanceId, int generationIdOrMemberEpoch, bool isTransactional, short apiVersion);

    /// <summary>
    /// Whether a member that may commit offsets may commit one of a partition: an older member epoch only what it was assigned (KIP-1251).
    /// </summary>
    public virtual ErrorCode ValidatePartitionCommit(string memberId, int generationIdOrMemberEpoch, Uuid topicId, int partition) =>
        ErrorCode.None;

    public abstract ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch);

    public abstract ErrorCode ValidateOffsetDelete();

    public abstract ErrorCode ValidateDelete();

    /// <summary>The records that remove the group from the log.</summary>
    public abstract IEnumerable<GroupRecord> Tombstones();

    /// <summary>A member has committed offsets, which counts as a heartbeat where the protocol says so.</summary>
    public virtual void OnOffsetsCommitted(string memberId)
    {
    }

    /// <summary>The shard is loaded: the timers of the group start.</summary>
    public virtual void OnLoaded()
    {
    }

    /// <summary>The records that removed the group were not written: timers start again.</summary>
    public virtual void OnRestored()
    {
    }

    /// <summary>The group has left its shard, or the shard is unloaded: timers stop, and delayed responses receive the error.</summary>
    public virtual void OnUnloaded(ErrorCode error)
    {
    }
}
