using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class SessionTests
{
    [Test]
    public async Task A_member_that_does_not_heartbeat_is_removed_and_the_others_rebalance()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        harness.Advance(9000);
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.None));
        harness.Advance(1000);
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Heartbeat(ids[1], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        var joined = await harness.Join(ids[0]).Soon();
        Assert.That(joined.GenerationId, Is.EqualTo(2));
        Assert.That(joined.Members, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_heartbeat_or_a_commit_restarts_the_session()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        for (var i = 0; i < 5; i++)
        {
            harness.Advance(9999);
            Assert.That(await harness.Commit(i, ids[0], 1), Is.EqualTo(ErrorCode.None));
            harness.Advance(9999);
            Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.None));
        }
        harness.Advance(10_000);
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_session_that_ends_while_its_shard_is_busy_for_longer_than_a_commit_may_take_still_ends()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        Task<ErrorCode>? slow = null;
        harness.Storage.OnAppend = () =>
        {
            // While this append runs the session ends, and behind it waits a command that takes six seconds.
            harness.Storage.OnAppend = () => harness.Advance(6000);
            harness.Advance(10_001);
            slow = harness.Commit(2, group: "slow");
        };
        await harness.Commit(1, group: "first");
        harness.Storage.OnAppend = null;
        Assert.That(await slow!.Soon(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task When_the_last_member_expires_the_group_is_empty_and_its_generation_written()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        var written = harness.Storage.Entries(0).Count;
        harness.Advance(10_000);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(written + 1));
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        var (memberId, joined) = await harness.JoinKnown();
        harness.Advance(3000);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(3), "1 was stable, 2 was empty");
        Assert.That(memberId, Is.Not.Empty);
    }

    [Test]
    public async Task A_member_that_waits_for_its_rebalance_need_not_heartbeat()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var waiting = harness.Join(ids[0]);
        for (var i = 0; i < 5; i++)
        {
            harness.Advance(5000);
            await harness.Heartbeat(ids[1], 1);
        }
        Assert.That(waiting.IsCompleted, Is.False);
        var other = harness.Join(ids[1]);
        Assert.That((await waiting.Soon()).Members, Has.Count.EqualTo(2));
        Assert.That((await other.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_new_member_that_waits_too_long_for_its_first_rebalance_is_removed()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var required = await harness.Join(rebalance: 3_600_000).Soon();
        var waiting = harness.Join(required.MemberId, rebalance: 3_600_000);
        for (var i = 0; i < 60; i++)
        {
            harness.Advance(5000);
            await harness.Heartbeat(ids[0], 1);
        }
        Assert.That((await waiting.Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_heartbeat_of_another_generation_or_member_is_refused()
    {
        await using var harness = new GroupHarness();
        Assert.That(await harness.Heartbeat("unknown", 1), Is.EqualTo(ErrorCode.UnknownMemberId), "there is no group");
        var ids = await harness.StableGroup();
        Assert.That(await harness.Heartbeat(ids[0], 2), Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That(await harness.Heartbeat("unknown", 1), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task Between_join_and_sync_heartbeats_return_no_error()
    {
        await using var harness = new GroupHarness();
        var (memberId, joined) = await harness.JoinKnown();
        harness.Advance(3000);
        await joined.Soon();
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("CompletingRebalance"));
        Assert.That(await harness.Heartbeat(memberId, 1), Is.EqualTo(ErrorCode.None));
    }
}
