using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>SyncGroup and Heartbeat in each state of a classic group.</summary>
internal sealed class SyncInStateTests
{
    [TestCase("Empty", ErrorCode.UnknownMemberId)]
    [TestCase("PreparingRebalance", ErrorCode.RebalanceInProgress)]
    [TestCase("Stable", ErrorCode.None)]
    public async Task Outside_the_assignment_phase_a_sync_receives_its_response_at_once(string state, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        var members = await harness.InState(state);
        foreach (var member in members)
            Assert.That((await harness.Sync(member, state == "Empty" ? 2 : 1).Soon()).ErrorCode, Is.EqualTo(expected));
    }

    [TestCase("Empty", ErrorCode.UnknownMemberId)]
    [TestCase("PreparingRebalance", ErrorCode.RebalanceInProgress)]
    [TestCase("CompletingRebalance", ErrorCode.None)]
    [TestCase("Stable", ErrorCode.None)]
    public async Task A_heartbeat_says_whether_to_join_again_and_extends_the_session(string state, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        var members = await harness.InState(state);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await harness.Heartbeat(members[0], state == "Empty" ? 2 : 1), Is.EqualTo(expected));
            await harness.Heartbeat(members[1], 1);
            harness.Advance(9000);
        }
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo(state));
        if (state != "Empty")
            Assert.That(await harness.Heartbeat(members[0], 2), Is.EqualTo(ErrorCode.IllegalGeneration));
    }

    [Test]
    public async Task An_instance_id_that_the_group_has_not_is_unknown()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup();
        Assert.That((await harness.Sync(members[0], 1, "other").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat(members[0], 1, "other"), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Commit(1, members[0], 1, "other"), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task The_second_sync_of_a_follower_takes_the_place_of_the_first()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var first = harness.Sync(members[1], 1);
        var second = harness.Sync(members[1], 1);
        Assert.That((await first.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        await harness.Sync(members[0], 1, assignments: [(members[1], [2])]).Soon();
        Assert.That((await second.Soon()).Assignment, Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task An_assignment_that_is_committed_after_the_next_rebalance_began_reaches_nobody()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        harness.Storage.HoldsCommits = true;
        var leads = harness.Sync(members[0], 1, assignments: [(members[1], [2])]);
        var follows = harness.Sync(members[1], 1);
        var joined = harness.Join(version: 3);
        Assert.That((await leads.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await follows.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        foreach (var member in members)
            _ = harness.Join(member);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await harness.Describe()).Members.Select(member => member.MemberAssignment), Is.All.Empty);
    }

    [Test]
    public async Task A_leader_that_makes_no_assignment_in_time_is_removed_and_the_followers_join_again()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var follows = harness.Sync(members[1], 1);
        for (var i = 0; i < 6; i++)
        {
            Assert.That(await harness.Heartbeat(members[0], 1), Is.EqualTo(ErrorCode.None));
            Assert.That(follows.IsCompleted, Is.False);
            harness.Advance(5000);
        }
        Assert.That((await follows.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Heartbeat(members[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        var joined = await harness.Join(members[1]).Soon();
        Assert.That((joined.GenerationId, joined.Leader), Is.EqualTo((2, members[1])));
    }
}
