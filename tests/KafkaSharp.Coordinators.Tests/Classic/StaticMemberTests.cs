using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class StaticMemberTests
{
    [Test]
    public async Task A_static_member_joins_without_being_given_its_id_first()
    {
        await using var harness = new GroupHarness();
        var join = harness.Join(instance: "i1");
        harness.Advance(3000);
        var response = await join.Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.MemberId, Does.StartWith("i1-"));
        Assert.That(response.Members.Single().GroupInstanceId, Is.EqualTo("i1"));
    }

    [Test]
    public async Task A_leader_that_rejoins_keeps_its_assignment_and_skips_the_assignment()
    {
        await using var harness = new GroupHarness();
        var (leader, _) = await StableStatic(harness);
        var back = await harness.Join(instance: "i1").Soon();
        Assert.That(back.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(back.GenerationId, Is.EqualTo(1), "no rebalance");
        Assert.That(back.MemberId, Is.Not.EqualTo(leader));
        Assert.That(back.Leader, Is.EqualTo(back.MemberId));
        Assert.That(back.SkipAssignment, Is.True);
        Assert.That(back.Members, Has.Count.EqualTo(2));
        Assert.That((await harness.Sync(back.MemberId, 1, "i1").Soon()).Assignment, Is.EqualTo(new byte[] { 1 }));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task Before_version_9_a_leader_that_rejoins_receives_its_old_member_id_as_leader()
    {
        await using var harness = new GroupHarness();
        var (leader, _) = await StableStatic(harness);
        var back = await harness.Join(instance: "i1", version: 8).Soon();
        Assert.That(back.Leader, Is.EqualTo(leader));
        Assert.That(back.SkipAssignment, Is.False);
        Assert.That(back.Members, Is.Empty);
    }

    [Test]
    public async Task A_static_follower_that_joins_again_keeps_its_assignment()
    {
        await using var harness = new GroupHarness();
        await StableStatic(harness);
        var back = await harness.Join(instance: "i2").Soon();
        Assert.That(back.SkipAssignment, Is.False);
        Assert.That((await harness.Sync(back.MemberId, 1, "i2").Soon()).Assignment, Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task The_id_it_had_before_is_fenced()
    {
        await using var harness = new GroupHarness();
        var (leader, _) = await StableStatic(harness);
        await harness.Join(instance: "i1").Soon();
        Assert.That(await harness.Heartbeat(leader, 1, "i1"), Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await harness.Join(leader, "i1").Soon()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await harness.Sync(leader, 1, "i1").Soon()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That(await harness.Commit(1, leader, 1, "i1"), Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await harness.Leave((leader, "i1")).Soon()).Members[0].ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
    }

    [Test]
    public async Task A_request_that_waits_under_the_old_id_is_fenced()
    {
        await using var harness = new GroupHarness();
        var first = harness.Join(instance: "i1");
        var second = harness.Join(instance: "i1");
        Assert.That((await first.Soon()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        harness.Advance(6000);
        Assert.That((await second.Soon()).GenerationId, Is.EqualTo(1));
    }

    [Test]
    public async Task Its_new_id_is_known_to_the_next_coordinator()
    {
        await using var harness = new GroupHarness();
        await StableStatic(harness);
        var back = await harness.Join(instance: "i1").Soon();
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Heartbeat(back.MemberId, 1, "i1"), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Where_its_new_id_can_not_be_written_the_old_one_stays()
    {
        await using var harness = new GroupHarness();
        var (leader, _) = await StableStatic(harness);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await harness.Join(instance: "i1").Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Heartbeat(leader, 1, "i1"), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_static_member_that_did_not_rejoin_in_time_keeps_its_place_until_its_session_ends()
    {
        await using var harness = new GroupHarness();
        var (leader, _) = await StableStatic(harness, session: 60_000);
        var (_, third) = await harness.JoinKnown();
        var rejoined = harness.Join(leader, "i1", session: 60_000);
        harness.Advance(30_000);
        Assert.That((await rejoined.Soon()).Members, Has.Count.EqualTo(3), "i2 is still counted");
        await third.Soon();
    }

    [Test]
    public async Task An_administrator_removes_a_static_member_by_its_instance()
    {
        await using var harness = new GroupHarness();
        var (_, follower) = await StableStatic(harness);
        Assert.That((await harness.Leave(("", "i2")).Soon()).Members[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Heartbeat(follower, 1, "i2"), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    private static async Task<(string Leader, string Follower)> StableStatic(GroupHarness harness, int session = 10_000)
    {
        var joins = new List<Task<JoinGroupResponse>> { harness.Join(instance: "i1", session: session), harness.Join(
            instance: "i2", session: session) };
        harness.Advance(6000);
        var leader = (await joins[0].Soon()).MemberId;
        var follower = (await joins[1].Soon()).MemberId;
        Assert.That((await joins[1]).Leader, Is.EqualTo(leader));
        await harness.Sync(leader, 1, "i1", (leader, [1]), (follower, [2])).Soon();
        await harness.Sync(follower, 1, "i2").Soon();
        return (leader, follower);
    }
}
