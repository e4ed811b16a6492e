using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Offsets;

internal sealed class OffsetFetchTests
{
    [Test]
    public async Task A_group_that_does_not_exist_has_no_offsets_which_is_no_error()
    {
        await using var harness = new GroupHarness();
        var partition = await harness.FetchPartition("con", 1);
        Assert.That(partition.CommittedOffset, Is.EqualTo(-1));
        Assert.That(partition.CommittedLeaderEpoch, Is.EqualTo(-1));
        Assert.That(partition.Metadata, Is.Empty);
        Assert.That(partition.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await FetchAll(harness, 9)).Topics, Is.Empty);
    }

    [Test]
    public async Task Without_topics_all_offsets_are_given()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        await harness.Commit(2, partition: 2);
        await harness.Commit(3, topic: "con-b");
        Assert.That(
            (await FetchAll(harness, 9)).Topics.SelectMany(t => t.Partitions.Select(p => (t.Name, p.PartitionIndex, p.CommittedOffset))),
            Is.EquivalentTo(new[] { ("con", 0, 1L), ("con", 2, 2L), ("con-b", 0, 3L) }));
    }

    [Test]
    public async Task Since_version_10_topics_are_identified_by_id_and_deleted_ones_are_left_out()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        await harness.Commit(3, topic: "con-b");
        harness.Topics.Remove("con-b");
        var all = await FetchAll(harness, 10);
        Assert.That(all.Topics.Select(topic => topic.TopicId), Is.EqualTo(new[] { harness.Topics.TopicId("con") }));

        var asked = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(10), new OffsetFetchRequest
        {
            Groups =
            [
                new()
                {
                    GroupId = "group",
                    Topics = [new() { TopicId = new Uuid(9, 9), PartitionIndexes = [0] },
                        new() { TopicId = harness.Topics.TopicId("con"), PartitionIndexes = [0] }],
                },
            ],
        }).Soon();
        Assert.That(
            asked.Groups[0].Topics.Select(topic => (topic.TopicId, topic.Partitions[0].CommittedOffset, topic.Partitions[0].ErrorCode)),
            Is.EqualTo(new[] { (harness.Topics.TopicId("con"), 1L, ErrorCode.None), (new Uuid(9, 9), -1L, ErrorCode.UnknownTopicId) }));
    }

    [Test]
    public async Task An_offset_of_a_topic_that_was_deleted_and_created_again_is_not_an_offset_of_the_new_one()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(5);
        harness.Topics.Add("con", 3, new Uuid(7, 7));
        var asked = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(10), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = "group", Topics = [new() { TopicId = new Uuid(7, 7), PartitionIndexes = [0] }] }],
        }).Soon();
        Assert.That(asked.Groups[0].Topics[0].Partitions[0].CommittedOffset, Is.EqualTo(-1));
    }

    [TestCase((short)1)]
    [TestCase((short)7)]
    public async Task Before_version_8_a_request_names_one_group(short version)
    {
        await using var harness = new GroupHarness();
        await harness.Commit(4);
        var response = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(version), new OffsetFetchRequest
        {
            GroupId = "group",
            Topics = [new() { Name = "con", PartitionIndexes = [0, 1] }],
        }).Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.Topics[0].Partitions.Select(p => p.CommittedOffset), Is.EqualTo(new[] { 4L, -1L }));
        Assert.That(GroupHarness.Write(response, version), Is.Not.Empty);
    }

    [Test]
    public async Task Version_1_has_the_error_in_each_partition()
    {
        await using var harness = new GroupHarness();
        harness.Coordinator.OnResignation(0, 1);
        var response = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(1), new OffsetFetchRequest
        {
            GroupId = "group",
            Topics = [new() { Name = "con", PartitionIndexes = [0] }],
        }).Soon();
        Assert.That(response.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(ErrorCode.NotCoordinator));
    }

    [Test]
    public async Task Each_of_several_groups_has_its_own_result()
    {
        await using var harness = new GroupHarness(partitions: 50);
        await harness.Commit(1, group: "a");
        await harness.Commit(2, group: "b");
        harness.Coordinator.OnResignation(harness.Coordinator.PartitionFor("b")!.Value, 1);
        var response = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = "a", Topics = null }, new() { GroupId = "b", Topics = null }],
        }).Soon();
        Assert.That(response.Groups.Select(group => (group.GroupId, group.ErrorCode)), Is.EqualTo(
            new[] { ("a", ErrorCode.None), ("b", ErrorCode.NotCoordinator) }));
    }

    private static async Task<OffsetFetchResponse.OffsetFetchResponseGroup> FetchAll(GroupHarness harness, short version) =>
        (await harness.Coordinator.Offsets.FetchAsync(
            GroupHarness.Context(version), new OffsetFetchRequest { Groups = [new() { GroupId = "group", Topics = null }] })
                .Soon()).Groups[0];
}
