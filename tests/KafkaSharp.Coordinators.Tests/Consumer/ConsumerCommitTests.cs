using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>Offsets that members of the consumer protocol commit in the states of a rebalance.</summary>
internal sealed class ConsumerCommitTests
{
    private static readonly string[] _con = ["con"];

    [Test]
    public async Task What_a_member_is_giving_up_it_commits_in_any_epoch_since_it_was_assigned()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        await b.Beat();
        var had = a.Owned.ToList();
        await new SimulatedConsumer(harness, "c").Join(_con);
        await a.KeepAlive();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((3, 1)));
        var pending = had.Except(a.Owned).Single().Partition;
        Assert.That(await harness.Commit(1, "a", 3, partition: pending), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Commit(2, "a", 2, partition: pending), Is.EqualTo(ErrorCode.None), "it was assigned in this epoch");
        Assert.That(await harness.Commit(3, "a", 1, partition: pending), Is.EqualTo(ErrorCode.StaleMemberEpoch));
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(4));
        Assert.That(await harness.Commit(4, "a", 3, partition: pending), Is.EqualTo(ErrorCode.StaleMemberEpoch), "it has given it up");
        Assert.That(await harness.Committed(partition: pending), Is.EqualTo(2));
    }

    [Test]
    public async Task A_static_member_commits_nothing_while_it_is_away_nor_when_another_one_has_its_place()
    {
        await using var harness = ConsumerGroupViews.New();
        var first = new SimulatedConsumer(harness, "first", "i");
        await first.Join(_con);
        await first.Leave(-2);
        Assert.That(await harness.Commit(1, "first", 2, "i"), Is.EqualTo(ErrorCode.StaleMemberEpoch));
        var fetched = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = GroupHarness.GroupId, MemberId = "first", MemberEpoch = 2, Topics = [] }],
        }).Soon();
        Assert.That(fetched.Groups[0].ErrorCode, Is.EqualTo(ErrorCode.StaleMemberEpoch));
        await new SimulatedConsumer(harness, "next", "i").Join(_con);
        Assert.That(await harness.Commit(1, "first", 2, "i"), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Commit(2, "next", 2, "i"), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task One_partition_that_is_stale_refuses_the_whole_request()
    {
        await using var harness = ConsumerGroupViews.New();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        var written = harness.Written();
        var response = await harness.Coordinator.Offsets.CommitAsync(GroupHarness.Context(9), new OffsetCommitRequest
        {
            GroupId = GroupHarness.GroupId,
            MemberId = "a",
            GenerationIdOrMemberEpoch = 2,
            RetentionTimeMs = -1,
            Topics =
            [
                new()
                {
                    Name = "con",
                    TopicId = harness.Topics.TopicId("con"),
                    Partitions = [.. Enumerable.Range(0, 3).Select(
                        p => new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = p, CommittedOffset = 1 })],
                },
            ],
        }).Soon();
        Assert.That(response.Topics.Single().Partitions.Select(p => p.ErrorCode), Is.All.EqualTo(ErrorCode.StaleMemberEpoch));
        Assert.That((response.Topics[0].Partitions.Count, harness.Written()), Is.EqualTo((3, written)));
    }

    [TestCase("", -1, ErrorCode.None)]
    [TestCase("a", 2, ErrorCode.None)]
    [TestCase("a", 3, ErrorCode.IllegalGeneration)]
    [TestCase("a", 1, ErrorCode.IllegalGeneration)]
    [TestCase("a", -1, ErrorCode.IllegalGeneration)]
    [TestCase("b", 2, ErrorCode.UnknownMemberId)]
    [TestCase("b", -1, ErrorCode.UnknownMemberId)]
    public async Task A_transaction_names_the_epoch_as_its_generation(string memberId, int epoch, ErrorCode expected)
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That(await harness.CommitInTransaction(7, 1, memberId, epoch), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_commit_is_no_heartbeat()
    {
        await using var harness = ConsumerGroupViews.New();
        await new SimulatedConsumer(harness, "a").Join(_con);
        harness.Advance(44_999);
        Assert.That(await harness.Commit(1, "a", 2), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }
}
