using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class RebalanceTests
{
    [Test]
    public async Task Members_that_do_not_rejoin_within_the_rebalance_timeout_are_left_behind()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var (_, third) = await harness.JoinKnown();
        var follower = harness.Join(ids[1]);
        for (var i = 0; i < 6; i++)
        {
            Assert.That(third.IsCompleted, Is.False);
            harness.Advance(5000);
            await harness.Heartbeat(ids[0], 1);
        }
        Assert.That((await third.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await follower.Soon()).Leader, Is.Not.EqualTo(ids[0]), "the leader did not rejoin: another one leads");
        Assert.That(await harness.Heartbeat(ids[0], 2), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task The_rebalance_timeout_is_the_longest_of_the_members()
    {
        await using var harness = new GroupHarness();
        var first = harness.Join(version: 3, rebalance: 60_000, session: 120_000);
        harness.Advance(3000);
        await harness.Sync((await first.Soon()).MemberId, 1);
        var second = harness.Join(version: 3, rebalance: 6000);
        harness.Advance(59_999);
        Assert.That(second.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await second.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_member_that_joins_while_others_wait_for_the_assignment_begins_another_rebalance()
    {
        await using var harness = new GroupHarness();
        var (first, firstJoin) = await harness.JoinKnown();
        var (second, secondJoin) = await harness.JoinKnown();
        harness.Advance(6000);
        var leader = (await firstJoin.Soon()).Leader;
        await secondJoin.Soon();
        var follower = leader == first ? second : first;
        var sync = harness.Sync(follower, 1);
        Assert.That(sync.IsCompleted, Is.False);
        await harness.JoinKnown();
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await harness.Sync(leader, 1).Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
    }

    [Test]
    public async Task A_member_that_missed_the_end_of_the_join_phase_receives_it_again()
    {
        await using var harness = new GroupHarness();
        var (memberId, joined) = await harness.JoinKnown();
        harness.Advance(3000);
        await joined.Soon();
        var again = await harness.Join(memberId).Soon();
        Assert.That(again.GenerationId, Is.EqualTo(1));
        Assert.That(again.Members, Has.Count.EqualTo(1));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("CompletingRebalance"));
    }

    [Test]
    public async Task The_leader_is_given_the_subscriptions_of_all_and_the_followers_none()
    {
        await using var harness = new GroupHarness();
        var (first, firstJoin) = await harness.JoinKnown();
        var (_, secondJoin) = await harness.JoinKnown();
        harness.Advance(6000);
        var responses = new[] { await firstJoin.Soon(), await secondJoin.Soon() };
        Assert.That(responses[0].Leader, Is.EqualTo(first), "the member that joined first is the leader");
        Assert.That(responses[0].Members.Select(member => member.Metadata), Has.All.EqualTo(GroupHarness.Metadata));
        Assert.That(responses[0].Members, Has.Count.EqualTo(2));
        Assert.That(responses[1].Members, Is.Empty);
        Assert.That(responses.Select(response => response.ProtocolType), Has.All.EqualTo("consumer"));
        Assert.That(responses.Select(response => response.ProtocolName), Has.All.EqualTo("range"));
    }
}
