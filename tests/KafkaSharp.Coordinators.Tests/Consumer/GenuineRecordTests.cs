using System.Buffers;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Tests.Vectors;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>The records of consumer groups that a genuine 4.3.1 broker wrote: read, replayed, and made again from the state.</summary>
internal sealed class GenuineRecordTests
{
    [TestCase("stage1-uncleaned")]
    [TestCase("stage2-killed")]
    public async Task Every_record_made_from_the_replayed_state_is_the_genuine_record(string stage)
    {
        await using var harness = GenuineLogTests.Load(stage);
        var undo = new UndoLog();
        var groups = new ConsumerGroups(undo, new GroupTable(undo, _ => throw new InvalidOperationException("no simple group")));
        var compared = 0;
        for (var partition = 0; partition < 2; partition++)
        {
            foreach (var entry in harness.Storage.Entries(partition).Where(entry => entry.EndTransaction is null))
            {
                if (Read(entry) is not { } record)
                    continue;
                AssertSame(record, entry);
                groups.Replay(record);
                if (record.Value is null || groups.Find(record.Group) is not { } group || Again(group, record.Key) is not { } again)
                    continue;
                AssertSame(again, entry);
                compared++;
            }
        }
        Assert.That(compared, Is.GreaterThan(5));
    }

    [Test]
    public void What_replay_changed_is_undone_when_the_records_are_not_written()
    {
        var undo = new UndoLog();
        var groups = new ConsumerGroups(undo, new GroupTable(undo, _ => throw new InvalidOperationException("no simple group")));
        var topic = new Uuid(1, 1);
        var member = new ConsumerGroupMember("m")
        {
            InstanceId = "i", MemberEpoch = 3, SubscribedTopics = new HashSet<string> { "t" }, SubscribedPattern = "t.*",
            Assigned = OwnedPartitions.Of([new TopicEpochs(topic, new Dictionary<int, int> { [0] = 3 })]),
        };
        Replay(ConsumerGroupRecords.Member("g", member), ConsumerGroupRecords.Current("g", member), ConsumerGroupRecords.Epoch("g", 3, 7));
        undo.StartRecording();

        var group = groups.Find("g")!;
        Replay(
            ConsumerGroupRecords.Pattern("g", "t.*", new ResolvedPattern(new HashSet<string> { "t", "t2" }, 1, 1)),
            ConsumerGroupRecords.Member("g", member with { SubscribedTopics = new HashSet<string> { "u" }, SubscribedPattern = "" }),
            ConsumerGroupRecords.TargetEpoch("g", 4, 5), ConsumerGroupRecords.Epoch("g", 4, 8));
        Replay([.. ConsumerGroupRecords.RemoveGroup(group)]);
        Assert.That(groups.Find("g"), Is.Null);
        undo.Undo();

        Assert.That(groups.Find("g"), Is.SameAs(group));
        Assert.That((group.Epoch, group.MetadataHash, group.TargetEpoch), Is.EqualTo((3, 7L, 1)));
        Assert.That(group.Find("m")!.IsSameAs(member with { PreviousMemberEpoch = -1 }));
        Assert.That(group.FindStatic("i"), Is.SameAs(group.Find("m")));
        Assert.That(group.IsOwned(topic, 0));
        Assert.That(group.Subscriptions.Counts.Topics, Is.EqualTo(new[] { "t" }));
        Assert.That(group.Subscriptions.Patterns, Is.EqualTo(new Dictionary<string, int> { ["t.*"] = 1 }));
        Assert.That(group.Subscriptions.Resolved, Is.Empty);

        void Replay(params ConsumerGroupRecord[] records)
        {
            foreach (var record in records)
                groups.Replay(record);
        }
    }

    private static ConsumerGroupRecord? Read(MemoryCoordinatorStorage.Entry entry)
    {
        var key = new KafkaReader(entry.Key);
        var type = (GroupRecordType)key.ReadInt16();
        return ConsumerGroupRecordReader.Read(type, ref key, entry.Value is null ? (ReadOnlyMemory<byte>?)null : entry.Value);
    }

    private static ConsumerGroupRecord? Again(ConsumerGroup group, IRecordMessage key) => key switch
    {
        ConsumerGroupMetadataKey => ConsumerGroupRecords.Epoch(group.GroupId, group.Epoch, group.MetadataHash),
        ConsumerGroupMemberMetadataKey of => ConsumerGroupRecords.Member(group.GroupId, group.Find(of.MemberId)!),
        ConsumerGroupTargetAssignmentMetadataKey =>
            ConsumerGroupRecords.TargetEpoch(group.GroupId, group.TargetEpoch, group.TargetTimestampMs),
        ConsumerGroupTargetAssignmentMemberKey of => ConsumerGroupRecords.Target(group.GroupId, of.MemberId, group.TargetOf(of.MemberId)),
        ConsumerGroupCurrentMemberAssignmentKey of => ConsumerGroupRecords.Current(group.GroupId, group.Find(of.MemberId)!),
        ConsumerGroupRegularExpressionKey of =>
            ConsumerGroupRecords.Pattern(group.GroupId, of.RegularExpression, group.Subscriptions.Resolved[of.RegularExpression]),
        _ => null,
    };

    private static void AssertSame(ConsumerGroupRecord record, MemoryCoordinatorStorage.Entry entry)
    {
        var (key, value) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        record.WriteKey(key);
        Assert.That(Convert.ToHexString(key.WrittenSpan), Is.EqualTo(Convert.ToHexString(entry.Key)));
        Assert.That(record.WriteValue(value), Is.EqualTo(entry.Value is not null));
        if (entry.Value is not null)
            Assert.That(Convert.ToHexString(value.WrittenSpan), Is.EqualTo(Convert.ToHexString(entry.Value)), record.Key.GetType().Name);
    }
}
