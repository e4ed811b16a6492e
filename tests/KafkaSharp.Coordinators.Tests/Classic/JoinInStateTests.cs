using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>JoinGroup of new, known, pending and static members in each state of a classic group.</summary>
internal sealed class JoinInStateTests
{
    private static readonly string[] _inUse = ["PreparingRebalance", "CompletingRebalance", "Stable"];

    [Test]
    public async Task A_member_id_or_an_instance_id_that_the_group_has_not_is_unknown(
        [Values("Empty", "PreparingRebalance", "CompletingRebalance", "Stable")] string state)
    {
        await using var harness = new GroupHarness();
        await harness.InState(state);
        var response = await harness.Join("unknown").Soon();
        Assert.That((response.ErrorCode, response.MemberId), Is.EqualTo((ErrorCode.UnknownMemberId, "unknown")));
        Assert.That((await harness.Join("unknown", "i").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo(state));
    }

    [Test]
    public async Task A_member_of_another_protocol_is_refused_while_there_are_members([ValueSource(nameof(_inUse))] string state)
    {
        await using var harness = new GroupHarness();
        await harness.InState(state);
        Assert.That((await harness.Join(type: "connect").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await harness.Join(protocols: "sticky").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo(state));
    }

    [Test]
    public async Task An_empty_group_takes_members_of_another_protocol()
    {
        await using var harness = new GroupHarness();
        await harness.InState("Empty");
        var joined = harness.Join(version: 3, type: "connect", protocols: "sessioned");
        harness.Advance(3000);
        var response = await joined.Soon();
        Assert.That((response.GenerationId, response.ProtocolName), Is.EqualTo((3, "sessioned")));
        Assert.That((await harness.Describe()).ProtocolType, Is.EqualTo("connect"));
    }

    [Test]
    public async Task Each_version_joins_or_gives_out_an_id([Range(0, 9)] int version, [Values] bool isStatic)
    {
        await using var harness = new GroupHarness();
        var joined = harness.Join(instance: isStatic && version >= 5 ? "i" : null, version: (short)version);
        harness.Advance(3000);
        var response = await joined.Soon();
        if (version == 4 || (version > 4 && !isStatic))
        {
            Assert.That((response.ErrorCode, response.MemberId.Length), Is.EqualTo((ErrorCode.MemberIdRequired, "client-".Length + 36)));
            Assert.That(response.ProtocolName, Is.EqualTo(version < 7 ? "" : null));
        }
        else
        {
            Assert.That((response.ErrorCode, response.GenerationId, response.ProtocolName), Is.EqualTo((ErrorCode.None, 1, "range")));
            Assert.That(response.Members.Single().MemberId, Is.EqualTo(response.Leader));
        }
        Assert.That(GroupHarness.Write(response, (short)version), Is.Not.Empty);
    }

    [Test]
    public async Task A_new_member_makes_all_others_join_again([Values("CompletingRebalance", "Stable")] string state)
    {
        await using var harness = new GroupHarness();
        var members = await harness.InState(state);
        var joined = harness.Join(version: 3);
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        Assert.That(await harness.Heartbeat(members[1], 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        var others = members.Select(member => harness.Join(member)).ToList();
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await others[0].Soon()).Members, Has.Count.EqualTo(3), "the leader stays the leader");
        Assert.That((await others[1].Soon()).Leader, Is.EqualTo(members[0]));
    }

    [Test]
    public async Task A_static_member_can_not_be_one_that_was_given_its_id()
    {
        await using var harness = new GroupHarness();
        var required = await harness.Join().Soon();
        Assert.That((await harness.Join(required.MemberId, "i").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError));
    }

    [TestCase(0, 2)]
    [TestCase(1, 0)]
    public async Task A_member_that_joins_again_unchanged_while_the_leader_assigns_receives_the_generation_again(int which, int members)
    {
        await using var harness = new GroupHarness();
        var ids = await harness.Completing();
        var again = await harness.Join(ids[which]).Soon();
        Assert.That((again.ErrorCode, again.GenerationId, again.Members.Count), Is.EqualTo((ErrorCode.None, 1, members)));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("CompletingRebalance"));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task A_member_that_joins_again_changed_while_the_leader_assigns_begins_another_rebalance(int which)
    {
        await using var harness = new GroupHarness();
        var ids = await harness.Completing();
        var sync = harness.Sync(ids[1], 1);
        var joined = harness.Join(ids[which], metadata: GroupHarness.Subscription("con-b"));
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        var other = harness.Join(ids[1 - which]);
        Assert.That(((await joined.Soon()).GenerationId, (await other.Soon()).GenerationId), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task A_static_member_that_returns_while_the_leader_assigns_begins_another_rebalance()
    {
        await using var harness = new GroupHarness();
        var joins = new[] { harness.Join(instance: "i1"), harness.Join(instance: "i2") };
        harness.Advance(6000);
        var leader = (await joins[0].Soon()).MemberId;
        var follower = (await joins[1].Soon()).MemberId;
        var sync = harness.Sync(follower, 1, "i2");
        var back = harness.Join(instance: "i2");
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId), "it waits under the old id");
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        var again = await harness.Join(leader, "i1").Soon();
        Assert.That((again.GenerationId, again.Members.Count), Is.EqualTo((2, 2)));
        Assert.That(again.Members.Select(member => member.MemberId), Does.Contain((await back.Soon()).MemberId).And.Not.Contain(follower));
    }

    [Test]
    public async Task A_static_member_that_returns_while_the_others_join_is_waited_for_under_its_new_id()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup();
        var third = harness.Join(version: 3);
        var back = harness.Join(instance: "i2");
        Assert.That(back.IsCompleted, Is.False);
        var first = await harness.Join(members[0], "i1").Soon();
        Assert.That((first.GenerationId, first.Members.Count), Is.EqualTo((2, 3)));
        Assert.That((await back.Soon()).GenerationId, Is.EqualTo((await third.Soon()).GenerationId));
    }

    [Test]
    public async Task A_static_member_that_returns_with_another_subscription_changes_no_generation()
    {
        await using var harness = new GroupHarness();
        await harness.StaticGroup();
        var metadata = GroupHarness.Subscription("con-b");
        var back = await harness.Join(instance: "i2", metadata: metadata).Soon();
        Assert.That((back.ErrorCode, back.GenerationId), Is.EqualTo((ErrorCode.None, 1)));
        var group = await harness.Describe();
        Assert.That(group.GroupState, Is.EqualTo("Stable"));
        Assert.That(group.Members.Single(member => member.GroupInstanceId == "i2").MemberMetadata, Is.EqualTo(metadata));
    }

    [Test]
    public async Task A_static_member_that_returns_with_other_protocols_begins_a_rebalance_if_another_one_is_chosen()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup(protocols: ["range", "sticky"]);
        var back = harness.Join(instance: "i2", protocols: "sticky");
        Assert.That(back.IsCompleted, Is.False);
        Assert.That(await harness.Heartbeat(members[0], 1, "i1"), Is.EqualTo(ErrorCode.RebalanceInProgress));
        var first = await harness.Join(members[0], "i1", protocols: ["range", "sticky"]).Soon();
        Assert.That((first.GenerationId, first.ProtocolName), Is.EqualTo((2, "sticky")));
        Assert.That((await back.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_static_member_that_names_its_member_id_joins_as_a_dynamic_one_does()
    {
        await using var harness = new GroupHarness();
        var members = await harness.StaticGroup();
        Assert.That((await harness.Join(members[1], "i2").Soon()).GenerationId, Is.EqualTo(1), "an unchanged follower");
        var leads = harness.Join(members[0], "i1");
        Assert.That(await ClassicGroupsInStates.State(harness), Is.EqualTo("PreparingRebalance"));
        await harness.Join(members[1], "i2").Soon();
        Assert.That((await leads.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_group_that_became_too_large_keeps_the_members_that_join_first()
    {
        await using var before = new GroupHarness();
        var ids = await before.StableGroup(2);
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { MaxSize = 1 });
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).AddRange(before.Storage.Entries(0));
        harness.Coordinator.OnElection(0, 2);
        var first = harness.Join(ids[1]);
        Assert.That(first.IsCompleted, Is.False);
        Assert.That((await harness.Join(ids[0]).Soon()).ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId), "it is removed");
        harness.Advance(30_000);
        Assert.That((await first.Soon()).Members.Single().MemberId, Is.EqualTo(ids[1]));
    }
}
