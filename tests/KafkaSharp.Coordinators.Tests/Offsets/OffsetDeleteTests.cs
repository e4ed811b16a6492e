using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Offsets;

internal sealed class OffsetDeleteTests
{
    [Test]
    public async Task Offsets_of_an_empty_group_are_deleted()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        await harness.Commit(2, partition: 1);
        var response = await Delete(harness, ("con", 0), ("con", 99), ("nope", 0));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(
            response.Topics.SelectMany(t => t.Partitions.Select(p => (t.Name, p.PartitionIndex, p.ErrorCode))),
            Is.EquivalentTo(new[]
            {
                ("con", 0, ErrorCode.None), ("con", 99, ErrorCode.UnknownTopicOrPartition), ("nope", 0, ErrorCode.UnknownTopicOrPartition),
            }));
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(2));
    }

    [Test]
    public async Task Offsets_of_topics_the_group_consumes_are_not()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        await harness.Commit(1, ids[0], 1);
        await harness.Commit(2, ids[0], 1, topic: "con-b");
        var response = await Delete(harness, ("con", 0), ("con-b", 0));
        Assert.That(
            response.Topics.Select(t => (t.Name, t.Partitions[0].ErrorCode)),
            Is.EquivalentTo(new[] { ("con", ErrorCode.GroupSubscribedToTopic), ("con-b", ErrorCode.None) }));
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Assert.That(await harness.Committed("con-b"), Is.EqualTo(-1));
    }

    [TestCase((short)3)]
    [TestCase((short)-1)]
    public async Task Fields_of_later_subscription_versions_do_not_hide_its_topics(short version)
    {
        await using var harness = new GroupHarness();
        byte[] subscription = GroupHarness.Write(new ConsumerProtocolSubscription { Topics = ["con"] }, 0, prefix: version);
        // An array of owned partitions whose length is none.
        var join = harness.Join(version: 3, metadata: [.. subscription, 0x7f, 0xff, 0xff, 0xff]);
        harness.Advance(3000);
        Assert.That((await join.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        var response = await Delete(harness, ("con", 0), ("con-b", 0));
        Assert.That(
            response.Topics.Select(t => (t.Name, t.Partitions[0].ErrorCode)),
            Is.EquivalentTo(new[] { ("con", ErrorCode.GroupSubscribedToTopic), ("con-b", ErrorCode.None) }));
    }

    [Test]
    public async Task A_living_group_of_another_protocol_type_refuses()
    {
        await using var harness = new GroupHarness();
        var join = harness.Join(version: 3, type: "connect");
        harness.Advance(3000);
        await join.Soon();
        Assert.That((await Delete(harness, ("con", 0))).ErrorCode, Is.EqualTo(ErrorCode.NonEmptyGroup));
    }

    [Test]
    public async Task There_must_be_a_group()
    {
        await using var harness = new GroupHarness();
        Assert.That((await Delete(harness, ("con", 0))).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task The_deletion_of_a_topic_removes_its_offsets_and_not_those_of_its_successor()
    {
        await using var harness = new GroupHarness(partitions: 2);
        await harness.Commit(1);
        await harness.Commit(1, group: "other");
        await harness.Commit(2, topic: "con-b");
        var id = harness.Topics.TopicId("con");
        harness.Topics.Add("con", 3, new Uuid(7, 7));
        await harness.Commit(3, partition: 1);
        harness.DeleteTopic("con", id);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed(group: "other"), Is.EqualTo(-1));
        Assert.That(await harness.Committed("con-b"), Is.EqualTo(2));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(3));
    }

    [Test]
    public async Task Offsets_of_a_topic_that_was_deleted_to_free_a_full_disk_go_when_there_is_space()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        await harness.Commit(2, topic: "con-b");
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        var id = harness.Topics.TopicId("con");
        harness.Topics.Add("con", 3, new Uuid(7, 7));
        harness.DeleteTopic("con", id);
        harness.DeleteTopic("con-b", harness.Topics.TopicId("con-b"));
        harness.Advance(60_000);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        harness.Storage.AppendError = ErrorCode.None;
        await harness.Commit(3, partition: 1);
        harness.Advance(60_000);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed("con-b"), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(3), "that of its successor");
    }

    // Commits in transactions do not say for which topic of the name they are.
    [TestCase(true)]
    [TestCase(false)]
    public async Task Offsets_of_a_successor_committed_in_a_transaction_stay_when_those_of_the_deleted_topic_go_late(bool isOpen)
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        await harness.CommitInTransaction(1, 2, partition: 2);
        await harness.EndTransaction(1, committed: true);
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        var id = harness.Topics.TopicId("con");
        harness.Topics.Add("con", 3, new Uuid(7, 7));
        harness.DeleteTopic("con", id);
        harness.Advance(2500);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.CommitInTransaction(1, 3, partition: 1), Is.EqualTo(ErrorCode.None));
        if (!isOpen)
            await harness.EndTransaction(1, committed: true);
        harness.Advance(60_000);
        if (isOpen)
            await harness.EndTransaction(1, committed: true);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 2), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(3));
    }

    private static Task<OffsetDeleteResponse> Delete(GroupHarness harness, params (string Topic, int Partition)[] partitions) =>
        harness.Coordinator.Offsets.DeleteAsync(GroupHarness.Context(0), new OffsetDeleteRequest
        {
            GroupId = "group",
            Topics = partitions.GroupBy(p => p.Topic).Select(topic => new OffsetDeleteRequest.OffsetDeleteRequestTopic
            {
                Name = topic.Key,
                Partitions = topic.Select(p => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = p.Partition })
                    .ToList(),
            }).ToList(),
        }).Soon();
}
