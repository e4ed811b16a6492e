using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>Groups with members of both protocols: what either member does in each state, and how a member changes its protocol.</summary>
internal sealed class MixedGroupTests
{
    private static readonly string[] _con = ["con"];
    private static readonly string[] _conB = ["con-b"];

    [Test]
    public async Task A_classic_member_that_joins_again_unchanged_writes_nothing_and_stays_in_its_epoch()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await Beside(harness, c);
        var written = harness.Written();
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((c.Generation, c.OwnedText, harness.Written()), Is.EqualTo((3, "con-0 con-1 con-2", written)));
    }

    [Test]
    public async Task A_classic_member_that_subscribes_to_something_else_begins_an_epoch()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await Beside(harness, c);
        var written = harness.Written();
        c.Topics = ["con-b"];
        var joined = await c.Join().Soon();
        Assert.That((joined.ErrorCode, joined.GenerationId), Is.EqualTo((ErrorCode.None, 4)));
        // Member, group, target of the member, target of the group, what the member has; the other one keeps its target.
        Assert.That(harness.Types(written), Is.EqualTo(new[] { 5, 3, 7, 6, 8 }));
    }

    [Test]
    public async Task A_cooperative_member_that_keeps_what_it_must_give_up_stays_in_its_epoch()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness, isCooperative: true);
        await Beside(harness, c);
        var had = c.Owned;
        var b = new SimulatedConsumer(harness, "b");
        await b.Join(_con);
        for (var i = 0; i < 2; i++)
        {
            c.Owned = had;
            Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
            Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
            Assert.That((c.Generation, c.Owned.Count), Is.EqualTo((3, 2)));
            await b.Beat();
            Assert.That(b.OwnedText, Is.Empty);
        }
    }

    [Test]
    public async Task A_classic_member_waits_for_the_target_of_a_new_epoch()
    {
        await using var harness = new GroupHarness(consumerConfig: new ConsumerGroupConfig { AssignmentIntervalMs = 1000 });
        harness.PublishTopics(("con", 3), ("con-b", 1));
        var c = new ClassicConsumer(harness);
        await new SimulatedConsumer(harness, "a").Join(_conB);
        harness.Advance(1000);
        await c.JoinAndSync();
        var b = new SimulatedConsumer(harness, "b");
        await b.Join(_con);
        Assert.That(await harness.State(), Is.EqualTo("Assigning"));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None), "there is nothing to join for");
        harness.Advance(1000);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None), "it makes no assignment itself");
        await b.Beat();
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_consumer_that_joins_with_JoinGroup_is_a_classic_member_of_the_same_group(bool isLast)
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        if (!isLast)
            await new SimulatedConsumer(harness, "b").Join(_conB);
        var c = new ClassicConsumer(harness) { MemberId = "a" };
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That(c.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        var group = await harness.Described();
        Assert.That((group.ErrorCode, group.Members.Count), Is.EqualTo((ErrorCode.None, isLast ? 1 : 2)));
        Assert.That(group.Members.Single(member => member.MemberId == "a").MemberType, Is.Zero);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_classic_member_that_takes_the_place_of_one_of_several_consumers_leaves_the_group_as_it_is()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_conB);
        var s = new SimulatedConsumer(harness, "s", "i");
        await s.Join(_con);
        var c = new ClassicConsumer(harness, "i");
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((c.Generation, c.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2")));
        Assert.That((await harness.Described()).Members.Select(member => member.MemberType), Is.EquivalentTo(new sbyte[] { 0, 1 }));
        Assert.That((await s.Beat()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
    }

    [Test]
    public async Task A_classic_member_that_sends_heartbeats_of_the_consumer_protocol_uses_that_from_then_on()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness) { SessionTimeout = 6000 };
        await Beside(harness, c);
        var consumer = new SimulatedConsumer(harness, c.MemberId) { Epoch = 3 };
        Assert.That((await consumer.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Described(c.MemberId)).MemberType, Is.EqualTo(1));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.UnknownMemberId));
        harness.Advance(44_999);
        Assert.That((await consumer.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None), "its session is that of the protocol");
    }

    [Test]
    public async Task A_classic_member_may_leave_with_a_heartbeat_of_the_consumer_protocol()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await Beside(harness, c);
        Assert.That((await new SimulatedConsumer(harness, c.MemberId).Leave()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Described()).Members.Single().MemberId, Is.EqualTo("a"));
    }

    [Test]
    public async Task Requests_of_a_member_that_the_group_has_not_are_refused()
    {
        await using var harness = MigrationGroups.NewHarness();
        await Beside(harness, new ClassicConsumer(harness, "i"));
        Assert.That((await harness.Sync("nobody", 3).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Sync("a", 2, "other").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat("a", 2, "other"), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat("a", 3, "i"), Is.EqualTo(ErrorCode.FencedInstanceId));
    }

    [Test]
    public async Task Each_version_of_LeaveGroup_removes_a_member([Range(0, 5)] int version)
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await Beside(harness, c);
        foreach (var (memberId, expected) in new[] { ("nobody", ErrorCode.UnknownMemberId), (c.MemberId, ErrorCode.None) })
        {
            var left = await harness.Coordinator.Classic.LeaveGroupAsync(GroupHarness.Context((short)version), new LeaveGroupRequest
            {
                GroupId = GroupHarness.GroupId, MemberId = memberId, Members = [new() { MemberId = memberId }],
            }).Soon();
            Assert.That(version < 3 ? left.ErrorCode : left.Members.Single().ErrorCode, Is.EqualTo(expected));
        }
        Assert.That((await harness.Described()).Members.Single().MemberId, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_group_whose_leader_assigns_is_upgraded_and_its_members_have_nothing()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (one, two) = (new ClassicConsumer(harness), new ClassicConsumer(harness));
        var joins = new[] { one.Join(), two.Join() };
        harness.Advance(6000);
        await Task.WhenAll(joins).Soon();
        var waits = two.MemberId == joins[0].Result.Leader ? one.Sync() : two.Sync();
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await waits.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await harness.Described()).Members.Select(member => member.Assignment.Count()), Is.EquivalentTo(new[] { 0, 0, 1 }));
        Assert.That((await one.JoinAndSync(), await two.JoinAndSync()), Is.EqualTo((ErrorCode.None, ErrorCode.None)));
        Assert.That(a.Owned.Count + one.Owned.Count + two.Owned.Count, Is.EqualTo(3));
        Assert.That(await harness.State(), Is.EqualTo("Stable"));
    }

    [Test]
    public async Task The_last_consumer_that_is_away_keeps_the_group_until_its_session_ends()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (s, c) = (new SimulatedConsumer(harness, "s", "i"), new ClassicConsumer(harness) { SessionTimeout = 60_000 });
        await s.Join(_conB);
        await c.JoinAndSync();
        await s.Leave(-2);
        Assert.That((await harness.Described()).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(44_999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }

    [Test]
    public async Task The_last_consumer_that_gives_nothing_up_in_time_is_removed_and_the_group_becomes_classic()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, c) = (new SimulatedConsumer(harness, "a"), new ClassicConsumer(harness) { SessionTimeout = 60_000 });
        await a.Join(_con, rebalanceTimeout: 20_000);
        await c.JoinAndSync();
        await a.KeepAlive();
        harness.Advance(19_999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        var joined = await c.Join().Soon();
        Assert.That((joined.Leader, joined.Members.Count), Is.EqualTo((c.MemberId, 1)));
    }

    /// <summary>A classic member has all of "con" in epoch 3; the other member, "a" of "con-b", uses the consumer protocol.</summary>
    private static async Task Beside(GroupHarness harness, ClassicConsumer member)
    {
        await new SimulatedConsumer(harness, "a").Join(_conB);
        Assert.That(await member.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((member.Generation, member.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2")));
    }
}
