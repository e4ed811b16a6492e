using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class JoinTests
{
    [Test]
    public async Task A_dynamic_member_is_first_given_the_id_to_join_with()
    {
        await using var harness = new GroupHarness();
        var response = await harness.Join().Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.MemberIdRequired));
        Assert.That(response.MemberId, Does.Match("^client-[0-9a-f-]{36}$"));
        Assert.That(response.GenerationId, Is.EqualTo(-1));
        Assert.That(response.ProtocolName, Is.Null);
    }

    [TestCase((short)3)]
    [TestCase((short)9)]
    public async Task A_group_whose_first_record_is_refused_does_not_remain(short version)
    {
        await using var harness = new GroupHarness();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        var refused = await harness.Join(version: version).Soon();
        Assert.That(refused.ErrorCode, Is.EqualTo(version < 4 ? ErrorCode.CoordinatorNotAvailable : ErrorCode.MemberIdRequired));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
        Assert.That((await harness.StableGroup()), Has.Length.EqualTo(1), "the group does not wait for absent members");
    }

    [Test]
    public async Task A_group_whose_first_record_is_refused_remains_for_members_that_joined_meanwhile()
    {
        await using var harness = new GroupHarness();
        harness.Storage.HoldsCommits = true;
        var first = harness.Join(version: 3);
        harness.Advance(1000);
        // Its response also waits until the group is written, but longer than the first response does.
        var second = harness.Join(version: 3);
        harness.Advance(4000);
        Assert.That((await first.Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        harness.Advance(3000);
        Assert.That((await second.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Before_version_4_a_member_joins_without_knowing_its_id()
    {
        await using var harness = new GroupHarness();
        var join = harness.Join(version: 3);
        harness.Advance(3000);
        var response = await join.Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.GenerationId, Is.EqualTo(1));
        Assert.That(response.Leader, Is.EqualTo(response.MemberId));
        Assert.That(response.Members.Select(member => member.MemberId), Is.EqualTo(new[] { response.MemberId }));
    }

    [Test]
    public async Task The_first_member_makes_the_group_known_to_the_next_coordinator()
    {
        await using var harness = new GroupHarness();
        await harness.Join().Soon();
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(1));
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        Assert.That((await harness.Describe().Soon()).GroupState, Is.EqualTo("Empty"));
    }

    [TestCase(5999)]
    [TestCase(1_800_001)]
    public async Task A_session_timeout_out_of_bounds_is_refused(int session)
    {
        await using var harness = new GroupHarness();
        Assert.That((await harness.Join(session: session).Soon()).ErrorCode, Is.EqualTo(ErrorCode.InvalidSessionTimeout));
    }

    [Test]
    public async Task A_group_without_a_name_is_refused()
    {
        await using var harness = new GroupHarness();
        Assert.That((await harness.Join(group: "").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InvalidGroupId));
    }

    [Test]
    public async Task A_member_id_that_no_group_has_given_is_unknown()
    {
        await using var harness = new GroupHarness();
        var response = await harness.Join("unknown").Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(response.MemberId, Is.EqualTo("unknown"));
        await harness.StableGroup();
        Assert.That((await harness.Join("unknown").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_member_that_brings_no_protocols_is_refused_also_by_an_empty_group()
    {
        await using var harness = new GroupHarness();
        var response = await harness.Join(9, new JoinGroupRequest
        {
            GroupId = "group", SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 10_000, ProtocolType = "consumer", Protocols = [],
        }).Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await harness.Join(type: "").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
    }

    [Test]
    public async Task A_member_of_another_protocol_type_or_without_a_common_protocol_is_refused()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        Assert.That((await harness.Join(type: "connect").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await harness.Join(protocols: "sticky").Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
    }

    [Test]
    public async Task A_follower_that_rejoins_a_stable_group_unchanged_receives_the_current_generation()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var response = await harness.Join(ids[1]).Soon();
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.GenerationId, Is.EqualTo(1));
        Assert.That(response.Members, Is.Empty);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task A_leader_that_rejoins_a_stable_group_starts_a_rebalance()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var leader = harness.Join(ids[0]);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
        var follower = harness.Join(ids[1]);
        Assert.That((await leader.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await leader).Members, Has.Count.EqualTo(2));
        Assert.That((await follower.Soon()).Members, Is.Empty);
    }

    [Test]
    public async Task A_follower_that_rejoins_with_other_metadata_starts_a_rebalance()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var follower = harness.Join(ids[1], metadata: GroupHarness.Subscription("con", "con-b"));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        var leader = harness.Join(ids[0]);
        Assert.That((await follower.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await leader.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_member_that_joins_twice_leaves_no_request_waiting_for_the_first_response()
    {
        await using var harness = new GroupHarness();
        var (memberId, first) = await harness.JoinKnown();
        var second = harness.Join(memberId);
        Assert.That((await first.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Advance(3000);
        Assert.That((await second.Soon()).GenerationId, Is.EqualTo(1));
    }

    [Test]
    public async Task Version_0_takes_the_session_timeout_for_the_rebalance_timeout_too()
    {
        await using var harness = new GroupHarness();
        var first = harness.Join(version: 0, session: 10_000, rebalance: -1);
        harness.Advance(3000);
        await harness.Sync((await first.Soon()).MemberId, 1);
        var second = harness.Join(version: 0, session: 10_000, rebalance: -1);
        for (var second5 = 0; second5 < 3; second5++)
        {
            Assert.That(await harness.Heartbeat((await first).MemberId, 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
            harness.Advance(3400);
        }
        Assert.That((await second.Soon()).Members, Has.Count.EqualTo(1), "the first member had ten seconds to rejoin");
    }
}
