using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using CommitPartition = KafkaSharp.Protocol.Messages.OffsetCommitRequest.OffsetCommitRequestPartition;
using CommitTopic = KafkaSharp.Protocol.Messages.OffsetCommitRequest.OffsetCommitRequestTopic;

namespace KafkaSharp.Coordinators.Tests.GroupService;

/// <summary>Entries that a request names twice are merged as the genuine broker merges them.</summary>
internal sealed class RepeatedEntriesTests
{
    [Test]
    public async Task A_partition_that_is_committed_twice_is_written_twice_and_the_last_one_counts()
    {
        await using var harness = new GroupHarness();
        var response = await Commit(harness, Topic("con", (0, 5), (0, 6)), Topic("con", (0, 7), (1, 1)));
        Assert.That(response.Topics.Select(topic => topic.Name), Is.EqualTo(new[] { "con", "con" }), "nothing to merge with");
        Assert.That(response.Topics.SelectMany(topic => topic.Partitions).Select(p => (p.PartitionIndex, p.ErrorCode)),
            Is.EqualTo(new[] { (0, ErrorCode.None), (0, ErrorCode.None), (0, ErrorCode.None), (1, ErrorCode.None) }));
        Assert.That(await harness.Committed(), Is.EqualTo(7));
    }

    [Test]
    public async Task Unknown_partitions_of_a_topic_named_twice_are_one_topic_in_the_response()
    {
        await using var harness = new GroupHarness();
        var response =
            await Commit(harness, Topic("con", (9, 1), (0, 1)), Topic("none", (0, 1)), Topic("con", (8, 1)), Topic("none", (1, 1)));
        Assert.That(response.Topics.Select(topic => topic.Name), Is.EqualTo(new[] { "con", "none" }));
        Assert.That(response.Topics[0].Partitions.Select(p => p.PartitionIndex), Is.EqualTo(new[] { 9, 8, 0 }));
        Assert.That(response.Topics[1].Partitions.Select(p => p.PartitionIndex), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public async Task A_hundred_thousand_repetitions_take_linear_time()
    {
        await using var harness = new GroupHarness();
        var topics = Enumerable.Range(0, 100_000).Select(i => Topic(i % 2 == 0 ? "none" : "con", (5, 1))).ToArray();
        var response = await Commit(harness, topics);
        Assert.That(response.Topics, Has.Count.EqualTo(2));
        Assert.That(response.Topics.Sum(topic => topic.Partitions.Count), Is.EqualTo(100_000));
    }

    [Test]
    public async Task A_group_that_is_fetched_or_described_twice_is_in_the_response_twice()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(5);
        var group = new OffsetFetchRequest.OffsetFetchRequestGroup
        {
            GroupId = "group",
            Topics = [new() { Name = "con", PartitionIndexes = [0, 0] }, new() { Name = "con", PartitionIndexes = [0] }],
        };
        var fetched =
            await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new OffsetFetchRequest { Groups = [group, group] });
        Assert.That(fetched.Groups.Select(g => g.Topics.Sum(topic => topic.Partitions.Count)), Is.EqualTo(new[] { 3, 3 }));
        var described = await harness.Coordinator.Classic.DescribeGroupsAsync(
            GroupHarness.Context(6), new DescribeGroupsRequest { Groups = ["group", "group"] });
        Assert.That(described.Groups, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_group_that_is_deleted_twice_is_deleted_once()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(5);
        var deleted = await harness.Coordinator.Administration.DeleteGroupsAsync(
            GroupHarness.Context(2), new DeleteGroupsRequest { GroupsNames = ["group", "group"] });
        Assert.That(deleted.Results.Select(result => result.ErrorCode), Is.EqualTo(new[] { ErrorCode.None }));
    }

    [Test]
    public async Task A_member_that_leaves_twice_is_unknown_the_second_time()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var left = await harness.Leave((ids[0], null), (ids[0], null));
        Assert.That(left.Members.Select(member => member.ErrorCode), Is.EqualTo(new[] { ErrorCode.None, ErrorCode.UnknownMemberId }));
    }

    [Test]
    public async Task Offsets_that_are_deleted_twice_have_two_results_and_unknown_ones_are_merged()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(5);
        var response = await harness.Coordinator.Offsets.DeleteAsync(GroupHarness.Context(0), new OffsetDeleteRequest
        {
            GroupId = "group",
            Topics = [Delete("none", 0), Delete("con", 0, 0), Delete("none", 1)],
        });
        Assert.That(response.Topics.Select(topic => (topic.Name, topic.Partitions.Count)), Is.EqualTo(new[] { ("none", 2), ("con", 2) }));
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    private static Task<OffsetCommitResponse> Commit(GroupHarness harness, params CommitTopic[] topics) =>
        harness.Coordinator.Offsets.CommitAsync(GroupHarness.Context(9), new OffsetCommitRequest
        {
            GroupId = "group", MemberId = "", GenerationIdOrMemberEpoch = -1, RetentionTimeMs = -1, Topics = [.. topics],
        }).Soon();

    private static CommitTopic Topic(string name, params (int Partition, long Offset)[] partitions) => new()
    {
        Name = name,
        Partitions = [.. partitions.Select(p => new CommitPartition { PartitionIndex = p.Partition, CommittedOffset = p.Offset })],
    };

    private static OffsetDeleteRequest.OffsetDeleteRequestTopic Delete(string name, params int[] partitions) => new()
    {
        Name = name,
        Partitions = [.. partitions.Select(p => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = p })],
    };
}
