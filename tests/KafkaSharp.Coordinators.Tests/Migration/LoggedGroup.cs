using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>The consumer group as its log says, which a simulation reads record by record beside the coordinator.</summary>
internal sealed class LoggedGroup
{
    private readonly GroupTable _table;
    private readonly ConsumerGroups _groups;
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

    /// <summary>Whether there was anything new.</summary>
    public bool Read(IReadOnlyList<MemoryCoordinatorStorage.Entry> entries)
    {
        var hasNew = _read < entries.Count;
        for (; _read < entries.Count; _read++)
        {
            var entry = entries[_read];
            GroupRecordSerde.Instance.Read(entry.Key, entry.Value is null ? (ReadOnlyMemory<byte>?)null : entry.Value, out var record);
            switch (record)
            {
                case ConsumerGroupRecord consumer:
                    _groups.Replay(consumer);
                    break;
                case GroupMetadataRecord { Value: { Members.Count: > 0 } }:
                    Downgrades += IsRemoved(entries) ? 1 : 0;
                    break;
                case GroupMetadataRecord { Value: null }:
                    Upgrades++;
                    break;
            }
        }
        return hasNew;
    }

    /// <summary>The partitions that members have or have not given up, with the members.</summary>
    public IEnumerable<((Uuid Topic, int Partition) Partition, string MemberId)> Owners() => (Group?.Members.Values ?? [])
        .SelectMany(member => Partitions(member.Assigned).Concat(Partitions(member.PendingRevocation)).Select(p => (p, member.MemberId)));

    private bool IsRemoved(IReadOnlyList<MemoryCoordinatorStorage.Entry> entries) =>
        _read > 0 && entries[_read - 1] is { Value: null } before && before.Key[1] == 3;

    private static IEnumerable<(Uuid, int)> Partitions(OwnedPartitions owned) =>
        owned.TopicIds.SelectMany(topic => owned.Of(topic).Keys.Select(partition => (topic, partition)));
}
