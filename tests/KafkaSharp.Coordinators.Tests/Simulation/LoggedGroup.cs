using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// The consumer group as its log says, which a simulation reads record by record beside the coordinator; and what members of such a group
/// may do. Only what a record changes is looked at again, so a step costs no more with many members.
/// </summary>
internal sealed class LoggedGroup
{
    private readonly GroupTable _table;
    private readonly ConsumerGroups _groups;
    private readonly Dictionary<string, List<Partition>> _held = [];
    private readonly Dictionary<Partition, List<string>> _holders = [];
    private readonly HashSet<Partition> _doubled = [];
    private int _read;

    public LoggedGroup()
    {
        var undo = new UndoLog();
        _table = new GroupTable(undo, groupId => new OpaqueGroup(groupId, GroupType.Share, undo));
        _groups = new ConsumerGroups(undo, _table);
    }

    /// <summary>Null while the group is classic.</summary>
    public ConsumerGroup? Group => _groups.Find(GroupHarness.GroupId);

    /// <summary>How often the group has changed its protocol.</summary>
    public int Upgrades { get; private set; }

    public int Downgrades { get; private set; }

    /// <summary>Partitions that several members have or have not given up, with these members.</summary>
    public IEnumerable<(Partition Partition, List<string> MemberIds)> Doubled =>
        _doubled.Select(partition => (partition, _holders[partition]));

    public bool HasDoubled => _doubled.Count > 0;

    public void Read(IReadOnlyList<MemoryCoordinatorStorage.Entry> entries)
    {
        for (; _read < entries.Count; _read++)
        {
            var entry = entries[_read];
            GroupRecordSerde.Instance.Read(entry.Key, entry.Value is null ? (ReadOnlyMemory<byte>?)null : entry.Value, out var record);
            switch (record)
            {
                case ConsumerGroupRecord consumer:
                    _groups.Replay(consumer);
                    Follow(consumer);
                    break;
                case GroupMetadataRecord { Value: { Members.Count: > 0 } }:
                    Downgrades += IsRemoved(entries) ? 1 : 0;
                    break;
                case GroupMetadataRecord { Value: null }:
                    Upgrades++;
                    break;
            }
        }
    }

    /// <summary>Whether a heartbeat with this epoch, and these partitions if it says what it has, is one that the group accepts.</summary>
    public bool MayBeat(string memberId, string? instanceId, int epoch, IReadOnlyCollection<Partition>? owned) =>
        Group is { } group && group.Find(memberId) is { } member
        && (instanceId is null || group.StaticMemberId(instanceId) == memberId)
        && (epoch == member.MemberEpoch
            || (epoch < member.MemberEpoch && epoch == member.PreviousMemberEpoch && owned is not null
                && owned.All(partition => member.Assigned.Contains(partition.Topic, partition.Index))));

    /// <summary>Whether the group accepts a commit with this epoch: an older epoch only for what the member had in it.</summary>
    public bool MayCommit(string memberId, int epoch, Partition partition) =>
        Group?.Find(memberId) is { } member
        && (epoch == member.MemberEpoch
            || (epoch < member.MemberEpoch
                && (member.Assigned.EpochOf(partition.Topic, partition.Index)
                    ?? member.PendingRevocation.EpochOf(partition.Topic, partition.Index)) <= epoch));

    /// <summary>A member other than this one that has a partition; null when there is none.</summary>
    public string? OtherHolder(string memberId, Partition partition) =>
        _holders.GetValueOrDefault(partition)?.Find(holder => holder != memberId);

    private void Follow(ConsumerGroupRecord record)
    {
        switch (record)
        {
            case { Key: ConsumerGroupMetadataKey, Value: null }:
                _held.Clear();
                _holders.Clear();
                _doubled.Clear();
                break;
            case { Key: ConsumerGroupCurrentMemberAssignmentKey key }:
                Hold(key.MemberId);
                break;
            case { Key: ConsumerGroupMemberMetadataKey key, Value: null }:
                Hold(key.MemberId);
                break;
        }
    }

    private void Hold(string memberId)
    {
        foreach (var partition in _held.GetValueOrDefault(memberId) ?? [])
        {
            var holders = _holders[partition];
            holders.Remove(memberId);
            if (holders.Count < 2)
                _doubled.Remove(partition);
        }
        if (Group?.Find(memberId) is not { } member)
        {
            _held.Remove(memberId);
            return;
        }
        List<Partition> held = [.. Partitions(member.Assigned), .. Partitions(member.PendingRevocation)];
        _held[memberId] = held;
        foreach (var partition in held)
        {
            if (!_holders.TryGetValue(partition, out var holders))
                _holders.Add(partition, holders = []);
            holders.Add(memberId);
            if (holders.Count > 1)
                _doubled.Add(partition);
        }
    }

    private bool IsRemoved(IReadOnlyList<MemoryCoordinatorStorage.Entry> entries) =>
        _read > 0 && entries[_read - 1] is { Value: null } before && before.Key[1] == 3;

    private static IEnumerable<Partition> Partitions(OwnedPartitions owned) =>
        owned.TopicIds.SelectMany(topic => owned.Of(topic).Keys.Select(partition => (topic, partition)));
}
