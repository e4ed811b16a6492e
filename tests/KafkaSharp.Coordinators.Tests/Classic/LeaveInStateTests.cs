using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>LeaveGroup in each state of a classic group, and of static members.</summary>
internal sealed class LeaveInStateTests
{
    [Test]
    public async Task In_an_empty_group_there_is_nobody_to_leave()
    {
        await using var harness = new GroupHarness();
        var members = await harness.InState("Empty");
        Assert.That((await harness.Leave((members[0], null), ("", "i")).Soon()).Members.Select(member => member.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId }));
    }

    [Test]
    public async Task When_the_member_that_was_waited_for_leaves_the_join_phase_ends()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StableGroup(2);
        var waits = harness.Join(members[0]);
        Assert.That(waits.IsCompleted, Is.False);
        await harness.Leave((members[1], null)).Soon();
        var response = await waits.Soon();
        Assert.That((response.ErrorCode, response.GenerationId, response.Members.Count), Is.EqualTo((ErrorCode.None, 2, 1)));
    }

    [Test]
    public async Task A_member_that_leaves_while_the_leader_assigns_makes_the_others_join_again()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var sync = harness.Sync(members[1], 1);
        await harness.Leave((members[0], null)).Soon();
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        var joined = await harness.Join(members[1]).Soon();
        Assert.That((joined.GenerationId, joined.Leader), Is.EqualTo((2, members[1])));
    }

    [Test]
    public async Task A_member_that_leaves_while_its_own_sync_waits_receives_a_response()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var sync = harness.Sync(members[1], 1);
        await harness.Leave((members[1], null)).Soon();
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task When_the_leader_leaves_another_member_leads()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StableGroup(2);
        await harness.Leave((members[0], null)).Soon();
        var joined = await harness.Join(members[1]).Soon();
        Assert.That((joined.Leader, joined.Members.Count), Is.EqualTo((members[1], 1)));
    }

    [Test]
    public async Task A_group_that_all_members_leave_during_the_initial_delay_is_empty_at_its_end()
    {
        await using var harness = new GroupHarness();
        var (memberId, joined) = await harness.JoinKnown();
        await harness.Leave((memberId, null)).Soon();
        Assert.That((await joined.Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        harness.Advance(6000);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("Empty"));
        Assert.That(await harness.StableGroup(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_static_member_leaves_by_either_id_but_not_by_a_wrong_one()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup();
        var left = await harness.Leave(
            ("wrong", "i1"), (members[0], "other"), ("", "other"), ("", null), (members[0], null), ("", "i2")).Soon();
        Assert.That(left.Members.Select(member => member.ErrorCode), Is.EqualTo(new[]
        {
            ErrorCode.FencedInstanceId, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId,
            ErrorCode.None, ErrorCode.None,
        }));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("Empty"));
    }

    [Test]
    public async Task Each_version_says_whether_the_member_has_left([Range(0, 5)] int version)
    {
        await using var harness = new GroupHarness();
        var members = await harness.StableGroup(2);
        var unknown = await ClassicGroupsInStates.Leave(harness, (short)version, "unknown");
        var left = await ClassicGroupsInStates.Leave(harness, (short)version, members[1]);
        if (version < 3)
        {
            Assert.That((unknown.ErrorCode, left.ErrorCode), Is.EqualTo((ErrorCode.UnknownMemberId, ErrorCode.None)));
            Assert.That(unknown.Members.Concat(left.Members), Is.Empty);
        }
        else
        {
            Assert.That((unknown.ErrorCode, left.ErrorCode), Is.EqualTo((ErrorCode.None, ErrorCode.None)));
            Assert.That(unknown.Members.Concat(left.Members).Select(member => member.ErrorCode),
                Is.EqualTo(new[] { ErrorCode.UnknownMemberId, ErrorCode.None }));
        }
        Assert.That((await harness.Describe()).Members.Single().MemberId, Is.EqualTo(members[0]));
    }
}
