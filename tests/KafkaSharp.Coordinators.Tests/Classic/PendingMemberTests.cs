using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class PendingMemberTests
{
    [Test]
    public async Task A_rebalance_waits_for_a_member_that_was_given_its_id()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var pending = await harness.Join().Soon();
        var first = harness.Join(ids[0]);
        Assert.That(first.IsCompleted, Is.False);
        var second = harness.Join(pending.MemberId);
        Assert.That((await first.Soon()).Members, Has.Count.EqualTo(2));
        Assert.That((await second.Soon()).GenerationId, Is.EqualTo(2));
    }

    [Test]
    public async Task A_rebalance_continues_when_the_pending_member_does_not_join_within_its_session()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        await harness.Join(session: 6000).Soon();
        var first = harness.Join(ids[0]);
        harness.Advance(5999);
        Assert.That(first.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await first.Soon()).Members, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_pending_member_may_leave()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var pending = await harness.Join().Soon();
        var first = harness.Join(ids[0]);
        var left = await harness.Leave((pending.MemberId, null)).Soon();
        Assert.That(left.Members[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await first.Soon()).Members, Has.Count.EqualTo(1));
        Assert.That((await harness.Join(pending.MemberId).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_pending_member_neither_heartbeats_nor_syncs()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        var pending = await harness.Join().Soon();
        Assert.That(await harness.Heartbeat(pending.MemberId, 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Sync(pending.MemberId, 1).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }
}
