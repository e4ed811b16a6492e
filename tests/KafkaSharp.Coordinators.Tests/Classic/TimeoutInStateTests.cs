using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>Sessions and rebalance timeouts that end in the states of a classic group.</summary>
internal sealed class TimeoutInStateTests
{
    [Test]
    public async Task A_session_that_ends_while_the_leader_assigns_makes_the_others_join_again()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var sync = harness.Sync(members[1], 1);
        harness.Advance(9999);
        Assert.That(sync.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Heartbeat(members[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Join(members[1]).Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_session_that_ends_while_the_others_wait_for_the_member_ends_the_join_phase()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StableGroup(2);
        var waits = harness.Join(members[0]);
        harness.Advance(9999);
        Assert.That(waits.IsCompleted, Is.False);
        harness.Advance(1);
        var response = await waits.Soon();
        Assert.That((response.GenerationId, response.Members.Count), Is.EqualTo((2, 1)), "long before the rebalance timeout");
    }

    [Test]
    public async Task A_session_that_ends_leaves_the_join_phase_to_other_members_that_are_missing()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StableGroup(3);
        var waits = harness.Join(members[0]);
        harness.Advance(9999);
        Assert.That(await harness.Heartbeat(members[1], 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Advance(1);
        Assert.That(await harness.Heartbeat(members[2], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(waits.IsCompleted, Is.False);
        _ = harness.Join(members[1]);
        Assert.That((await waits.Soon()).Members, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_session_of_a_static_member_ends_like_that_of_a_dynamic_one()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup();
        harness.Advance(9999);
        Assert.That(await harness.Heartbeat(members[0], 1, "i1"), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await harness.Heartbeat(members[0], 1, "i1"), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Heartbeat(members[1], 1, "i2"), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_rebalance_that_no_member_joins_goes_on_while_there_are_static_members()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup(session: 300_000);
        // The other one leaves, so that the first one must join again, which it does not.
        await harness.Leave((members[1], "i2")).Soon();
        harness.Advance(30_000);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        harness.Advance(30_000);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        var joined = await harness.Join(members[0], "i1", session: 300_000).Soon();
        Assert.That((joined.GenerationId, joined.Members.Count), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task The_session_of_the_last_static_member_that_does_not_join_ends_the_rebalance()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup(session: 40_000);
        await harness.Leave((members[1], "i2")).Soon();
        harness.Advance(39_999);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        harness.Advance(1);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task A_group_that_becomes_empty_is_empty_though_that_is_not_written()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(10_000);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("Empty"));
        harness.Reload();
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("Stable"), "the next coordinator finds what was written");
    }
}
