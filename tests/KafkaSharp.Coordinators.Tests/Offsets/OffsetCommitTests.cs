using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Offsets;

internal sealed class OffsetCommitTests
{
    [Test]
    public async Task A_member_commits_and_the_next_coordinator_knows_it()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        Assert.That(await harness.Commit(42, ids[0], 1, metadata: "how far"), Is.EqualTo(ErrorCode.None));
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        var committed = await harness.FetchPartition("con", 0);
        Assert.That(committed.CommittedOffset, Is.EqualTo(42));
        Assert.That(committed.Metadata, Is.EqualTo("how far"));
        Assert.That(committed.CommittedLeaderEpoch, Is.EqualTo(-1));
    }

    [Test]
    public async Task Without_a_generation_a_group_without_members_accepts_offsets_from_any_client()
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.Commit(7), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(), Is.EqualTo(7));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(1), "no metadata for a group that was never joined");
    }

    [Test]
    public async Task Without_a_generation_a_group_with_members_refuses()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        Assert.That(await harness.Commit(7), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [TestCase((short)8, ErrorCode.IllegalGeneration)]
    [TestCase((short)9, ErrorCode.GroupIdNotFound)]
    public async Task With_a_generation_there_must_be_a_group(short version, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.Commit(7, "unknown", 1, version: version), Is.EqualTo(expected));
    }

    [Test]
    public async Task Another_generation_or_member_is_refused()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        Assert.That(await harness.Commit(7, ids[0], 2), Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That(await harness.Commit(7, "unknown", 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Commit(7, ids[0], 1, "i1"), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    [Test]
    public async Task While_the_others_rejoin_a_member_may_commit_and_while_they_wait_for_the_assignment_it_may_not()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var (_, second) = await harness.JoinKnown();
        Assert.That(await harness.Commit(7, ids[0], 1), Is.EqualTo(ErrorCode.None));
        await harness.Join(ids[0]).Soon();
        await second.Soon();
        Assert.That(await harness.Commit(8, ids[0], 2), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Committed(), Is.EqualTo(7));
    }

    [Test]
    public async Task Metadata_past_the_limit_is_refused_for_its_partition_only()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { OffsetMetadataMaxBytes = 4 });
        Assert.That(await harness.Commit(1, metadata: "12345"), Is.EqualTo(ErrorCode.OffsetMetadataTooLarge));
        Assert.That(await harness.Commit(1, metadata: "1234"), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Commit(2, metadata: null), Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.FetchPartition("con", 0)).Metadata, Is.Empty);
    }

    [Test]
    public async Task Topics_and_partitions_that_do_not_exist_are_first_in_the_response_and_the_rest_is_committed()
    {
        await using var harness = new GroupHarness();
        var response = await harness.Coordinator.Offsets.CommitAsync(GroupHarness.Context(9), new OffsetCommitRequest
        {
            GroupId = "group",
            Topics =
            [
                new() { Name = "con",
                    Partitions = [new() { PartitionIndex = 0, CommittedOffset = 5 }, new() { PartitionIndex = 99, CommittedOffset = 5 }] },
                new() { Name = "nope", Partitions = [new() { PartitionIndex = 0, CommittedOffset = 5 }] },
            ],
        }).Soon();
        Assert.That(
            response.Topics.SelectMany(topic => topic.Partitions.Select(p => (topic.Name, p.PartitionIndex, p.ErrorCode))),
            Is.EqualTo(new[]
            {
                ("con", 99, ErrorCode.UnknownTopicOrPartition), ("con", 0, ErrorCode.None), ("nope", 0, ErrorCode.UnknownTopicOrPartition),
            }));
        Assert.That(await harness.Committed(), Is.EqualTo(5));
    }

    [Test]
    public async Task Since_version_10_topics_are_identified_by_id()
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.Commit(9, version: 10), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(), Is.EqualTo(9));
        var unknown = await harness.Coordinator.Offsets.CommitAsync(GroupHarness.Context(10), new OffsetCommitRequest
        {
            GroupId = "group",
            Topics = [new() { TopicId = new Uuid(9, 9), Partitions = [new() { PartitionIndex = 0, CommittedOffset = 5 }] }],
        }).Soon();
        Assert.That(unknown.Topics[0].TopicId, Is.EqualTo(new Uuid(9, 9)));
        Assert.That(unknown.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicId));
    }

    [TestCase(ErrorCode.NotEnoughReplicas, ErrorCode.CoordinatorNotAvailable)]
    [TestCase(ErrorCode.NotLeaderOrFollower, ErrorCode.NotCoordinator)]
    [TestCase(ErrorCode.MessageTooLarge, ErrorCode.UnknownServerError)]
    public async Task An_offset_that_can_not_be_written_is_not_committed(ErrorCode append, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        harness.Storage.AppendError = append;
        Assert.That(await harness.Commit(2), Is.EqualTo(expected));
        Assert.That(await harness.Committed(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_commit_completes_when_the_replicas_have_it_or_the_timeout_passes()
    {
        await using var harness = new GroupHarness();
        harness.Storage.HoldsCommits = true;
        var commit = harness.Commit(1);
        harness.Advance(4999);
        Assert.That(commit.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That(await commit.Soon(), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        commit = harness.Commit(2);
        harness.Storage.CommitAll();
        Assert.That(await commit.Soon(), Is.EqualTo(ErrorCode.None));
    }
}
