using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// A group of the consumer protocol (KIP-848): members, epochs and assignments, exactly as its records say. Only replay changes it; what
/// replay changes is undone when the records are not written (Kafka's <c>ConsumerGroup</c>). Used on the shard's event loop, and by one
/// loading thread before that.
/// </summary>
internal sealed class ConsumerGroup : Group
{
    public const string ProtocolType = "consumer";

    /// <summary>The first version of OffsetCommit with member epochs.</summary>
    private const short MemberEpochVersion = 9;

    private readonly RevertibleDictionary<string, ConsumerGroupMember> _members;
    private readonly RevertibleDictionary<string, string> _staticMembers;
    private readonly RevertibleDictionary<string, Assignment> _targets;
    private readonly RevertibleDictionary<(Uuid TopicId, int Partition), int> _owners;
    private readonly RevertibleValue<(int Epoch, long MetadataHash)> _epoch;
    private readonly RevertibleValue<(int Epoch, long TimestampMs)> _target;
    private readonly RevertibleValue<bool> _hasPartitionMetadata;
    private int _memberCapacity = TimelineOrder.SmallestCapacity;

    public ConsumerGroup(string groupId, UndoLog undo)
        : base(groupId)
    {
        _members = new(undo, StringComparer.Ordinal);
        _staticMembers = new(undo, StringComparer.Ordinal);
        _targets = new(undo, StringComparer.Ordinal);
        _owners = new(undo);
        _epoch = new(undo, (1, 0));
        _target = new(undo, (1, 0));
        _hasPartitionMetadata = new(undo, false);
        Subscriptions = new GroupSubscriptions(undo);
        ClassicProtocols = new ClassicProtocolCounts(undo);
    }

    /// <summary>The epoch of the group: it rises with every change that asks for a new assignment.</summary>
    public int Epoch => _epoch.Value.Epoch;

    /// <summary>The hash of the topics that the group subscribes to, as of its epoch.</summary>
    public long MetadataHash => _epoch.Value.MetadataHash;

    /// <summary>The epoch of the group that the target assignment is made for.</summary>
    public int TargetEpoch => _target.Value.Epoch;

    /// <summary>When the target assignment was made, in milliseconds since 1970; 0 when that is not known.</summary>
    public long TargetTimestampMs => _target.Value.TimestampMs;

    /// <summary>Whether a broker before 4.1 has written a record with metadata of the topics, which is to be removed.</summary>
    public bool HasPartitionMetadata => _hasPartitionMetadata.Value;

    public IReadOnlyDictionary<string, ConsumerGroupMember> Members => _members.Entries;

    /// <summary>The members in the order in which Kafka would list them.</summary>
    public IEnumerable<ConsumerGroupMember> MembersInOrder => TimelineOrder.Sort(
        _members.Values, member => JavaString.HashCode(member.MemberId), _memberCapacity);

    public GroupSubscriptions Subscriptions { get; }

    public ClassicProtocolCounts ClassicProtocols { get; }

    /// <summary>The metadata with which the hash was compared last; it says nothing once the epoch is lower than it was then.</summary>
    public (long TopicsVersion, int Epoch) LastRefresh { get; set; } = (-1, 0);

    public override GroupType Type => GroupType.Consumer;

    public override string StateName =>
        IsEmpty ? "Empty"
        : Epoch > TargetEpoch ? "Assigning"
        : _members.Values.All(member => member.IsReconciledTo(TargetEpoch)) ? "Stable"
        : "Reconciling";

    public override string ProtocolTypeOrEmpty => ProtocolType;

    public override bool IsEmpty => _members.Count == 0;

    public override bool MayExpire => true;

    public ConsumerGroupMember? Find(string memberId) => _members.TryGetValue(memberId, out var member) ? member : null;

    public string? StaticMemberId(string? instanceId) =>
        instanceId is not null && _staticMembers.TryGetValue(instanceId, out var memberId) ? memberId : null;

    public ConsumerGroupMember? FindStatic(string instanceId) => StaticMemberId(instanceId) is { } memberId ? Find(memberId) : null;

    public Assignment TargetOf(string memberId) => TargetOrNull(memberId) ?? Assignment.Empty;

    public Assignment? TargetOrNull(string memberId) => _targets.TryGetValue(memberId, out var target) ? target : null;

    /// <summary>The target of a member, which a static member takes over from the one before it.</summary>
    public Assignment TargetOf(ConsumerGroupMember member) =>
        member.InstanceId is null ? TargetOf(member.MemberId)
        : StaticMemberId(member.InstanceId) is { } current ? TargetOf(current)
        : Assignment.Empty;

    /// <summary>Whether a member has a partition, or has not given it up.</summary>
    public bool IsOwned(Uuid topicId, int partition) => _owners.ContainsKey((topicId, partition));

    /// <summary>The assignor that most members prefer if one took the place of another; null when none prefers any.</summary>
    public string? PreferredAssignorAfter(ConsumerGroupMember? old, ConsumerGroupMember? updated) =>
        AssignorVotes.Winner(_members.Values, old, updated);

    public string? PreferredAssignor => PreferredAssignorAfter(null, null);

    public void SetEpoch(int epoch, long metadataHash) => _epoch.Set((epoch, metadataHash));

    public void SetTargetEpoch(int epoch, long timestampMs) => _target.Set((epoch, timestampMs));

    public void SetPartitionMetadata(bool exists) => _hasPartitionMetadata.Set(exists);

    public void SetTarget(string memberId, Assignment target) => _targets.Set(memberId, target);

    public void RemoveTarget(string memberId) => _targets.Remove(memberId);

    public void SetMember(ConsumerGroupMember member)
    {
        var old = Find(member.MemberId);
        _memberCapacity = TimelineOrder.Grow(_memberCapacity, _members.Count);
        _members.Set(member.MemberId, member);
        Subscriptions.Replace(old, member);
        ClassicProtocols.Replace(old?.Classic, member.Classic);
        Release(old);
        Own(member.Assigned, member.MemberEpoch);
        Own(member.PendingRevocation, member.MemberEpoch);
        if (member.InstanceId is not null)
            _staticMembers.Set(member.InstanceId, member.MemberId);
    }

    public void RemoveMember(string memberId)
    {
        if (Find(memberId) is not { } member)
            return;
        _members.Remove(memberId);
        Subscriptions.Replace(member, null);
        ClassicProtocols.Replace(member.Classic, null);
        Release(member);
        if (StaticMemberId(member.InstanceId) is not null)
            _staticMembers.Remove(member.InstanceId!);
    }

    public override bool IsSubscribedTo(string topic) => Subscriptions.Counts.Contains(topic);

    public override long? ExpiryBaseMs(OffsetAndMetadata offset) => offset.CommitTimestampMs;

    public override ErrorCode ValidateOffsetCommit(
        string memberId, string? groupInstanceId, int generationIdOrMemberEpoch, bool isTransactional, short apiVersion)
    {
        if (generationIdOrMemberEpoch < 0 && IsEmpty)
            return ErrorCode.None;
        if (isTransactional && generationIdOrMemberEpoch == -1 && memberId.Length == 0 && groupInstanceId is null)
            return ErrorCode.None;
        if (Find(memberId) is not { } member)
            return ErrorCode.UnknownMemberId;
        if (!isTransactional && !member.UsesClassicProtocol && apiVersion < MemberEpochVersion)
            return ErrorCode.UnsupportedVersion;
        return generationIdOrMemberEpoch > member.MemberEpoch ? Stale(member) : ErrorCode.None;
    }

    public override ErrorCode ValidatePartitionCommit(string memberId, int generationIdOrMemberEpoch, Uuid topicId, int partition)
    {
        // Whatever needs no member is accepted before; the current epoch may commit everything, an older one only what it had.
        if (Find(memberId) is not { } member || generationIdOrMemberEpoch == member.MemberEpoch)
            return ErrorCode.None;
        var assigned = member.Assigned.EpochOf(topicId, partition) ?? member.PendingRevocation.EpochOf(topicId, partition);
        return assigned is { } epoch && generationIdOrMemberEpoch >= epoch ? ErrorCode.None : Stale(member);
    }

    public override ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch)
    {
        // With an epoch, Kafka's broker fails to look the missing id up.
        if (memberId is null)
            return memberEpoch < 0 ? ErrorCode.None : ErrorCode.UnknownServerError;
        if (Find(memberId) is not { } member)
            return ErrorCode.UnknownMemberId;
        return memberEpoch == member.MemberEpoch ? ErrorCode.None : Stale(member);
    }

    public override ErrorCode ValidateOffsetDelete() => ErrorCode.None;

    public override ErrorCode ValidateDelete() => IsEmpty ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    public override IEnumerable<GroupRecord> Tombstones() => ConsumerGroupRecords.RemoveGroup(this);

    private static ErrorCode Stale(ConsumerGroupMember member) =>
        member.UsesClassicProtocol ? ErrorCode.IllegalGeneration : ErrorCode.StaleMemberEpoch;

    private void Own(OwnedPartitions partitions, int epoch)
    {
        foreach (var topicId in partitions.TopicIds)
        {
            foreach (var partition in partitions.Of(topicId).Keys)
                _owners.Set((topicId, partition), epoch);
        }
    }

    /// <summary>Only while the partition is still owned in the epoch of the member: another member may own it by now.</summary>
    private void Release(ConsumerGroupMember? member)
    {
        foreach (var partitions in member is null ? [] : (OwnedPartitions[])[member.Assigned, member.PendingRevocation])
        {
            foreach (var topicId in partitions.TopicIds)
            {
                foreach (var partition in partitions.Of(topicId).Keys)
                {
                    if (_owners.TryGetValue((topicId, partition), out var epoch) && epoch == member!.MemberEpoch)
                        _owners.Remove((topicId, partition));
                }
            }
        }
    }
}
