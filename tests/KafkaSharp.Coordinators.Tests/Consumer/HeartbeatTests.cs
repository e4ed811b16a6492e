using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Consumer;

internal sealed class HeartbeatTests
{
    private static readonly string[] _con = ["con"];

    [Test]
    public async Task A_member_that_joins_an_empty_group_receives_everything_in_the_second_epoch()
    {
        await using var harness = NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        var response = await a.Join(_con);
        Assert.That((response.MemberEpoch, response.HeartbeatIntervalMs), Is.EqualTo((2, 5000)));
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        // Member, group, target of the member, target of the group, what the member has: the order of Kafka's batch.
        Assert.That(harness.Storage.Entries(0).Select(entry => (int)entry.Key[1]), Is.EqualTo(new[] { 5, 3, 7, 6, 8 }));
        Assert.That((await a.Beat()).Assignment, Is.Null, "nothing has changed");
        Assert.That(await State(harness), Is.EqualTo("Stable"));
    }

    [Test]
    public async Task A_partition_is_given_up_before_another_member_receives_it()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        harness.Advance(1000);
        await b.Join(_con);
        Assert.That((b.Epoch, b.OwnedText), Is.EqualTo((3, "")), "it waits for its partition");
        Assert.That(await State(harness), Is.EqualTo("Reconciling"));
        var had = a.Owned.ToList();
        await a.KeepAlive();
        Assert.That((a.Epoch, a.Owned.Count), Is.EqualTo((2, 2)));
        await b.Beat();
        Assert.That(b.OwnedText, Is.Empty, "the other one has not acknowledged");
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(3));
        await b.Beat();
        Assert.That(b.Owned.Concat(a.Owned), Is.EquivalentTo(had));
        Assert.That(b.Owned, Has.Count.EqualTo(1));
        Assert.That(await State(harness), Is.EqualTo("Stable"));
    }

    [Test]
    public async Task Assignments_are_not_made_more_often_than_the_interval_says()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        harness.Advance(999);
        await b.Join(_con);
        Assert.That((b.Epoch, await State(harness)), Is.EqualTo((2, "Assigning")));
        harness.Advance(1);
        await b.Beat();
        Assert.That(b.Epoch, Is.EqualTo(3));
    }

    [Test]
    public async Task A_member_that_gives_nothing_up_in_time_is_fenced()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con, rebalanceTimeout: 30_000);
        harness.Advance(1000);
        await b.Join(_con);
        await a.KeepAlive();
        harness.Advance(20_000);
        await a.KeepAlive();
        await b.Beat();
        harness.Advance(9999);
        await b.Beat();
        Assert.That(b.OwnedText, Is.Empty);
        harness.Advance(1);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        await b.Beat();
        Assert.That(b.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
    }

    [Test]
    public async Task A_member_whose_session_ends_is_removed_and_its_partitions_are_assigned()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        harness.Advance(1000);
        await b.Join(_con);
        harness.Advance(44_000);
        await b.Beat();
        harness.Advance(1000);
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        await b.Beat();
        Assert.That(b.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        harness.Advance(45_000);
        Assert.That((await b.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await State(harness), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task An_epoch_that_is_not_the_members_is_fenced_unless_a_response_was_lost()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        a.Epoch = 3;
        var ahead = await a.KeepAlive();
        Assert.That(ahead.ErrorCode, Is.EqualTo(ErrorCode.FencedMemberEpoch));
        Assert.That(ahead.ErrorMessage, Is.EqualTo(
            "The consumer group member has a greater member epoch (3) than the one known by the group coordinator (2). "
            + "The member must abandon all its partitions and rejoin."));
        a.Epoch = 2;
        harness.Advance(1000);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(3));
        a.Epoch = 2;
        Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.FencedMemberEpoch), "it does not say what it has");
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(a.Epoch, Is.EqualTo(3));
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None), "it may always start again");
    }

    [Test]
    public async Task A_static_member_that_is_away_keeps_its_partitions_for_the_next_one()
    {
        await using var harness = NewHarness();
        var (first, next) = (new SimulatedConsumer(harness, "first", "i"), new SimulatedConsumer(harness, "next", "i"));
        await first.Join(_con);
        Assert.That((await next.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.UnreleasedInstanceId));
        await first.Leave(-2);
        harness.Advance(1000);
        Assert.That((await next.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((next.Epoch, next.OwnedText), Is.EqualTo((2, "con-0 con-1 con-2")), "the group stays in its epoch");
        Assert.That((await first.Beat()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId).Or.EqualTo(ErrorCode.InvalidRequest));
        first.Epoch = 2;
        Assert.That((await first.Beat()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await next.Leave()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await State(harness), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task Topics_that_are_created_or_grow_reach_the_group_with_the_next_heartbeat()
    {
        await using var harness = NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(["con", "later"]);
        harness.Advance(1000);
        harness.PublishTopics(("con", 4));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2 con-3")));
        harness.Advance(1000);
        harness.PublishTopics(("later", 1));
        await a.Beat();
        Assert.That((a.Epoch, a.OwnedText), Is.EqualTo((4, "con-0 con-1 con-2 con-3 later-0")));
        harness.PublishTopics(("other", 1));
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(4), "a topic that the group does not subscribe to");
    }

    [Test]
    public async Task The_member_before_a_static_one_takes_no_part_in_the_assignment()
    {
        await using var harness = NewHarness();
        var (before, after) = (new SimulatedConsumer(harness, "a", "i"), new SimulatedConsumer(harness, "b", "i"));
        await before.Join(_con);
        await before.Leave(-2);
        harness.Advance(1000);
        await after.Join(["con", "con-b"]);
        await after.Beat();
        Assert.That(after.OwnedText, Is.EqualTo("con-0 con-1 con-2 con-b-0"));
    }

    [Test]
    public async Task A_regular_expression_is_resolved_and_resolved_again_when_topics_are_created()
    {
        await using var harness = NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(topics: [], pattern: "con.*");
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2 con-b-0"));
        harness.PublishTopics(("con-c", 1));
        harness.Advance(9999);
        await a.Beat();
        harness.Advance(2);
        await a.Beat();
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2 con-b-0 con-c-0"));
        await a.Beat(topics: _con, pattern: "");
        harness.Advance(1000);
        await a.Beat();
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        Assert.That((await a.Beat(pattern: "[")).ErrorCode, Is.EqualTo(ErrorCode.InvalidRegularExpression));
    }

    [Test]
    public async Task Commits_of_offsets_need_the_epoch_of_the_member()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        Assert.That(await harness.Commit(1, "a", 2), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Commit(1, "a", 3), Is.EqualTo(ErrorCode.StaleMemberEpoch));
        Assert.That(await harness.Commit(1, "a", 2, version: 8), Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That(await harness.Commit(1, "c", 2), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.UnknownMemberId), "the group is not empty");
        harness.Advance(1000);
        await b.Join(_con);
        await a.KeepAlive();
        await a.Beat();
        await b.Beat();
        var moved = b.Owned.Single().Partition;
        Assert.That(await harness.Commit(2, "a", 2, partition: a.Owned[0].Partition), Is.EqualTo(ErrorCode.None), "it had it then");
        Assert.That(await harness.Commit(2, "a", 2, partition: moved), Is.EqualTo(ErrorCode.StaleMemberEpoch), "it has it no more");
        Assert.That(await harness.Commit(2, "b", 2, partition: moved), Is.EqualTo(ErrorCode.StaleMemberEpoch), "it did not have it then");
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.NonEmptyGroup));
        await a.Leave();
        await b.Leave();
        Assert.That(await harness.Commit(3), Is.EqualTo(ErrorCode.None), "an empty group");
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [TestCase(null, -1, ErrorCode.None)]
    [TestCase(null, 2, ErrorCode.UnknownServerError)]
    [TestCase("a", 2, ErrorCode.None)]
    [TestCase("a", 1, ErrorCode.StaleMemberEpoch)]
    [TestCase("a", 3, ErrorCode.StaleMemberEpoch)]
    [TestCase("b", 2, ErrorCode.UnknownMemberId)]
    public async Task Fetches_of_offsets_need_no_member_or_its_epoch(string? memberId, int memberEpoch, ErrorCode expected)
    {
        await using var harness = NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);

        var response = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = GroupHarness.GroupId, MemberId = memberId, MemberEpoch = memberEpoch, Topics = [] }],
        });

        Assert.That(response.Groups[0].ErrorCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_failed_write_leaves_the_group_as_it_was()
    {
        await using var harness = NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        harness.Advance(1000);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await b.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That((await a.Leave()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        a.Epoch = 2;
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((a.Epoch, a.OwnedText, await State(harness)), Is.EqualTo((2, "con-0 con-1 con-2", "Stable")));
    }

    [Test]
    public async Task A_group_is_found_again_by_the_next_coordinator()
    {
        await using var harness = NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((a.Epoch, await State(harness)), Is.EqualTo((2, "Stable")));
        harness.Advance(45_000);
        Assert.That((await a.Beat()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId), "sessions end there too");
    }

    [Test]
    public async Task The_largest_group_is_that_of_the_configuration()
    {
        await using var harness = NewHarness(new ConsumerGroupConfig { MaxSize = 1 });
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        Assert.That((await b.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task An_empty_classic_group_is_replaced()
    {
        await using var harness = NewHarness(new ConsumerGroupConfig { MigrationPolicy = MigrationPolicy.Disabled });
        await harness.StableGroup();
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
        harness.Advance(10_000);
        harness.Advance(30_000);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
        await harness.Commit(7);
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((a.Epoch, await harness.Committed()), Is.EqualTo((2, 7L)), "the offsets stay");
    }

    private static GroupHarness NewHarness(ConsumerGroupConfig? config = null)
    {
        var harness = new GroupHarness(consumerConfig: config);
        harness.PublishTopics(("con", 3), ("con-b", 1));
        return harness;
    }

    private static async Task<string> State(GroupHarness harness) =>
        (await harness.Coordinator.Consumer.DescribeAsync([GroupHarness.GroupId]))[0].GroupState;
}
