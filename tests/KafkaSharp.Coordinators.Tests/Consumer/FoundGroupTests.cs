using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>Consumer groups that another broker has written, and members of the classic protocol.</summary>
internal sealed class FoundGroupTests
{
    [Test]
    public async Task A_consumer_group_that_has_members_is_served()
    {
        await using var harness = GroupHarness.Load(Epoch(), Member());
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.MemberIdRequired));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.NonEmptyGroup));
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat("m", 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Describe()).ErrorMessage, Is.EqualTo("Group group is not a classic group."));
    }

    [Test]
    public async Task A_classic_member_takes_over_a_consumer_group_without_members()
    {
        await using var harness = GroupHarness.Load(Epoch(), Member(), Member(tombstone: true));
        await harness.Commit(5);
        var (_, joined) = await harness.JoinKnown();
        harness.Advance(3000);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(1));
        Assert.That(harness.Storage.Entries(0).Count(entry => entry.Key[1] == 3 && entry.Value is null), Is.EqualTo(1));
        harness.Coordinator.OnResignation(0, 3);
        harness.Coordinator.OnElection(0, 4);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
        Assert.That(await harness.Committed(), Is.EqualTo(5));
    }

    [Test]
    public async Task An_empty_consumer_group_is_deleted_with_every_record_of_it()
    {
        await using var harness = GroupHarness.Load(Epoch(), Member(), Member(tombstone: true));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
        harness.Coordinator.OnResignation(0, 3);
        harness.Coordinator.OnElection(0, 4);
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task An_empty_group_without_offsets_is_removed_in_time()
    {
        await using var harness = GroupHarness.Load(Epoch());
        harness.Time.Advance(TimeSpan.FromDays(30));
        Assert.That(harness.Storage.Entries(0).Skip(1).Select(entry => (int)entry.Key[1]), Is.EqualTo(new[] { 6, 4, 3 }));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    /// <summary>The coordinator before may have had newer metadata.</summary>
    [TestCase("con")]
    [TestCase("con", "con-b")]
    public async Task A_member_joins_though_others_have_partitions_that_the_metadata_does_not_have_yet(params string[] topics)
    {
        await using var before = new GroupHarness();
        before.PublishTopics(("con", 3), ("con-b", 1));
        await new SimulatedConsumer(before, "a").Join(["con"]);
        await using var harness = GroupHarness.Load([.. before.Storage.Entries(0)]);
        harness.PublishTopics(("con", 2), ("con-b", 1));
        var b = new SimulatedConsumer(harness, "b");
        Assert.That((await b.Join(topics)).ErrorCode, Is.EqualTo(ErrorCode.None));
        // The time after which the group may be assigned again.
        harness.Advance(1000);
        await b.Beat();
        var targets = (await harness.Described()).Members.SelectMany(member => member.TargetAssignment.TopicPartitions)
            .SelectMany(topic => topic.Partitions.Select(partition => $"{topic.TopicName}-{partition}"));
        Assert.That(targets, Is.EquivalentTo(topics.Length == 1 ? new[] { "con-0", "con-1" } : ["con-0", "con-1", "con-b-0"]));
    }

    /// <summary>An older version took over what the leader of a classic group had assigned, whatever it was.</summary>
    [Test]
    public async Task A_member_joins_though_others_have_partitions_that_no_topic_can_have()
    {
        await using var before = new GroupHarness();
        before.PublishTopics(("con", 2));
        var a = new SimulatedConsumer(before, "a");
        await a.Join(["con"]);
        await using var harness = GroupHarness.Load(
            [.. before.Storage.Entries(0), Target(a.MemberId, before.Topics.TopicId("con"), -1, 0, 1)]);
        harness.PublishTopics(("con", 2));
        var b = new SimulatedConsumer(harness, "b");
        Assert.That((await b.Join(["con"])).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(1000);
        await b.Beat();
        var targets = (await harness.Described()).Members.SelectMany(member => member.TargetAssignment.TopicPartitions)
            .SelectMany(topic => topic.Partitions);
        Assert.That(targets, Is.EquivalentTo(new[] { 0, 1 }));
    }

    /// <summary>A compacted log may have a late record of the old owner and none of those before it.</summary>
    [Test]
    public void A_partition_stays_with_its_new_owner_when_a_record_of_the_old_one_comes_late()
    {
        var topic = new Uuid(7, 1);
        var (old, owner) = (new ConsumerGroupMember("a") { MemberEpoch = 2 }, new ConsumerGroupMember("b") { MemberEpoch = 3 });
        var group = ConsumerGroups.FromRecords("group",
        [
            .. new[] { old, owner }.Select(member => ConsumerGroupRecords.Member("group", member)),
            .. new[] { old, owner }.Select(member => ConsumerGroupRecords.Current("group", Owning(member))),
            ConsumerGroupRecords.Current("group", old with { MemberEpoch = 3 }),
        ]);
        Assert.That(group.IsOwned(topic, 0));

        ConsumerGroupMember Owning(ConsumerGroupMember member) => member with
        {
            Assigned = OwnedPartitions.Of([new TopicEpochs(topic, new Dictionary<int, int> { [0] = member.MemberEpoch })]),
        };
    }

    private static MemoryCoordinatorStorage.Entry Epoch() => new(
        GroupHarness.Write(new ConsumerGroupMetadataKey { GroupId = "group" }, 0, prefix: 3),
        GroupHarness.Write(new ConsumerGroupMetadataValue { Epoch = 1 }, 0));

    private static MemoryCoordinatorStorage.Entry Target(string memberId, Uuid topicId, params int[] partitions) => new(
        GroupHarness.Write(new ConsumerGroupTargetAssignmentMemberKey { GroupId = "group", MemberId = memberId }, 0, prefix: 7),
        GroupHarness.Write(
            new ConsumerGroupTargetAssignmentMemberValue
            {
                TopicPartitions = [new() { TopicId = topicId, Partitions = [.. partitions] }],
            },
            0));

    private static MemoryCoordinatorStorage.Entry Member(bool tombstone = false) => new(
        GroupHarness.Write(new ConsumerGroupMemberMetadataKey { GroupId = "group", MemberId = "m" }, 0, prefix: 5),
        tombstone ? null
            : GroupHarness.Write(new ConsumerGroupMemberMetadataValue { SubscribedTopicNames = [], ClassicMemberMetadata = null }, 0));
}
