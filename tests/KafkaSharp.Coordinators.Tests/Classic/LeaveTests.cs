using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class LeaveTests
{
    [Test]
    public async Task The_others_rebalance_when_a_member_leaves()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var left = await harness.Leave((ids[1], null)).Soon();
        Assert.That(left.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(left.Members.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await harness.Join(ids[0]).Soon()).Members, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task When_the_last_member_leaves_the_group_is_empty()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        await harness.Leave((ids[0], null)).Soon();
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
    }

    [Test]
    public async Task Each_of_several_members_has_its_own_result()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var left = await harness.Leave((ids[0], null), ("unknown", null), ("", "missing")).Soon();
        Assert.That(left.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(
            left.Members.Select(member => member.ErrorCode),
            Is.EqualTo(new[] { ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId }));
    }

    [Test]
    public async Task Members_of_a_group_that_does_not_exist_are_unknown()
    {
        await using var harness = new GroupHarness();
        var left = await harness.Leave(("unknown", null)).Soon();
        Assert.That(left.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(left.Members.Single().ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task Before_version_3_the_error_of_the_only_member_is_that_of_the_request()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        Assert.That((await Leave(harness, "unknown")).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        var left = await Leave(harness, ids[0]);
        Assert.That(left.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(left.Members, Is.Empty);
    }

    [Test]
    public async Task A_member_that_leaves_while_its_join_waits_receives_a_response()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var waiting = harness.Join(ids[0]);
        await harness.Leave((ids[0], null)).Soon();
        Assert.That((await waiting.Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    private static Task<LeaveGroupResponse> Leave(GroupHarness harness, string memberId) =>
        harness.Coordinator.Classic.LeaveGroupAsync(
            GroupHarness.Context(2), new LeaveGroupRequest { GroupId = GroupHarness.GroupId, MemberId = memberId }).Soon();
}
