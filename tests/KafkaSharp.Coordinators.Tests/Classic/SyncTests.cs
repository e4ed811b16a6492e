using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class SyncTests
{
    [Test]
    public async Task Followers_wait_for_the_leader_and_every_member_receives_its_part()
    {
        await using var harness = new GroupHarness();
        var (leader, follower) = await TwoJoined(harness);
        var waiting = harness.Sync(follower, 1);
        Assert.That(waiting.IsCompleted, Is.False);
        var leads = await harness.Sync(leader, 1, assignments: [(leader, [1]), (follower, [2])]).Soon();
        Assert.That(leads.Assignment, Is.EqualTo(new byte[] { 1 }));
        var follows = await waiting.Soon();
        Assert.That(follows.Assignment, Is.EqualTo(new byte[] { 2 }));
        Assert.That(follows.ProtocolName, Is.EqualTo("range"));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task A_follower_that_syncs_after_the_leader_receives_its_response_at_once()
    {
        await using var harness = new GroupHarness();
        var (leader, follower) = await TwoJoined(harness);
        await harness.Sync(leader, 1, assignments: [(follower, [2])]).Soon();
        Assert.That((await harness.Sync(follower, 1).Soon()).Assignment, Is.EqualTo(new byte[] { 2 }));
        Assert.That((await harness.Sync(leader, 1).Soon()).Assignment, Is.Empty, "the leader gave itself nothing");
    }

    [Test]
    public async Task No_member_receives_an_assignment_before_it_is_committed()
    {
        await using var harness = new GroupHarness();
        var (leader, follower) = await TwoJoined(harness);
        harness.Storage.HoldsCommits = true;
        var waiting = harness.Sync(follower, 1);
        var leads = harness.Sync(leader, 1, assignments: [(follower, [2])]);
        Assert.That(waiting.IsCompleted || leads.IsCompleted, Is.False);
        harness.Storage.CommitAll();
        Assert.That((await waiting.Soon()).Assignment, Is.EqualTo(new byte[] { 2 }));
        Assert.That((await leads.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [TestCase(ErrorCode.NotEnoughReplicas, ErrorCode.CoordinatorNotAvailable)]
    [TestCase(ErrorCode.NotLeaderOrFollower, ErrorCode.NotCoordinator)]
    [TestCase(ErrorCode.KafkaStorageError, ErrorCode.NotCoordinator)]
    [TestCase(ErrorCode.MessageTooLarge, ErrorCode.UnknownServerError)]
    public async Task An_assignment_that_can_not_be_written_fails_all_waiting_members_and_the_group_rebalances(
        ErrorCode append, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        var (leader, follower) = await TwoJoined(harness);
        var waiting = harness.Sync(follower, 1);
        harness.Storage.AppendError = append;
        var leads = harness.Sync(leader, 1, assignments: [(follower, [2])]);
        Assert.That((await leads.Soon()).ErrorCode, Is.EqualTo(expected));
        Assert.That((await waiting.Soon()).ErrorCode, Is.EqualTo(expected));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }

    [Test]
    public async Task Members_that_never_fetch_their_assignment_are_removed()
    {
        await using var harness = new GroupHarness();
        var (leader, follower) = await TwoJoined(harness);
        await harness.Sync(leader, 1, assignments: [(follower, [2])]).Soon();
        for (var i = 0; i < 6; i++)
        {
            Assert.That(await harness.Heartbeat(leader, 1), Is.EqualTo(ErrorCode.None));
            Assert.That(await harness.Heartbeat(follower, 1), Is.EqualTo(ErrorCode.None));
            harness.Advance(5000);
        }
        Assert.That(await harness.Heartbeat(leader, 1), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await harness.Heartbeat(follower, 1), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_sync_of_another_generation_member_or_protocol_is_refused()
    {
        await using var harness = new GroupHarness();
        Assert.That((await harness.Sync("unknown", 1).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId), "there is no group");
        var ids = await harness.StableGroup();
        Assert.That((await harness.Sync(ids[0], 2).Soon()).ErrorCode, Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That((await harness.Sync("unknown", 1).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await Sync(harness, ids[0], 5, "consumer", "sticky")).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await Sync(harness, ids[0], 5, "connect", "range")).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await Sync(harness, ids[0], 5, null, "range")).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol),
            "named since version 5");
        Assert.That((await Sync(harness, ids[0], 4, null, null)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private static Task<SyncGroupResponse> Sync(GroupHarness harness, string memberId, short version, string? type, string? name) =>
        harness.Coordinator.Classic.SyncGroupAsync(GroupHarness.Context(version), new SyncGroupRequest
        {
            GroupId = GroupHarness.GroupId, MemberId = memberId, GenerationId = 1, ProtocolType = type, ProtocolName = name,
            Assignments = [],
        }).Soon();

    private static async Task<(string Leader, string Follower)> TwoJoined(GroupHarness harness)
    {
        var (first, firstJoin) = await harness.JoinKnown();
        var (second, secondJoin) = await harness.JoinKnown();
        harness.Advance(6000);
        var leader = (await firstJoin.Soon()).Leader;
        await secondJoin.Soon();
        return (leader, leader == first ? second : first);
    }
}
