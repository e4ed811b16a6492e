using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>Classic groups in each of their states, with two members that have joined at least once.</summary>
internal static class ClassicGroupsInStates
{
    /// <summary>Two dynamic members, of which the first one leads; of an empty group, two that have left.</summary>
    public static async Task<string[]> InState(this GroupHarness harness, string state)
    {
        var members = state == "CompletingRebalance" ? await harness.Completing() : await harness.StableGroup(2);
        if (state == "PreparingRebalance")
            _ = harness.Join(version: 3);
        if (state == "Empty")
            await harness.Leave((members[0], null), (members[1], null)).Soon();
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo(state));
        return members;
    }

    /// <summary>Two dynamic members in their first generation, whose leader has made no assignment yet; the first one leads.</summary>
    public static async Task<string[]> Completing(this GroupHarness harness)
    {
        var (first, firstJoin) = await harness.JoinKnown();
        var (second, secondJoin) = await harness.JoinKnown();
        harness.Advance(6000);
        Assert.That(((await firstJoin.Soon()).Leader, (await secondJoin.Soon()).GenerationId), Is.EqualTo((first, 1)));
        return [first, second];
    }

    /// <summary>Static members "i1" and "i2" in a stable group; the first one leads.</summary>
    public static async Task<string[]> StaticGroup(this GroupHarness harness, int session = 10_000, params string[] protocols)
    {
        var joins = new[] { "i1", "i2" }.Select(
            instance => harness.Join(instance: instance, session: session, protocols: protocols)).ToList();
        harness.Advance(6000);
        string[] members = [(await joins[0].Soon()).MemberId, (await joins[1].Soon()).MemberId];
        Assert.That((await joins[1]).Leader, Is.EqualTo(members[0]));
        await harness.Sync(members[0], 1, "i1", (members[0], [1]), (members[1], [2])).Soon();
        Assert.That((await harness.Sync(members[1], 1, "i2").Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        return members;
    }

    public static async Task<string> State(GroupHarness harness) => (await harness.Describe()).GroupState;

    public static Task<LeaveGroupResponse> Leave(GroupHarness harness, short version, string memberId) =>
        harness.Coordinator.Classic.LeaveGroupAsync(GroupHarness.Context(version), new LeaveGroupRequest
        {
            GroupId = GroupHarness.GroupId, MemberId = memberId, Members = [new() { MemberId = memberId }],
        }).Soon();
}
