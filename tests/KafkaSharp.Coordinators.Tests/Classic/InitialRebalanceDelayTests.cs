using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class InitialRebalanceDelayTests
{
    [Test]
    public async Task The_first_rebalance_waits_for_the_configured_delay()
    {
        await using var harness = new GroupHarness();
        var (_, joined) = await harness.JoinKnown();
        harness.Advance(2999);
        Assert.That(joined.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(1));
    }

    [Test]
    public async Task A_member_that_joins_during_the_delay_extends_it()
    {
        await using var harness = new GroupHarness();
        var (_, first) = await harness.JoinKnown();
        harness.Advance(2000);
        var (_, second) = await harness.JoinKnown();
        harness.Advance(1000);
        Assert.That(first.IsCompleted, Is.False, "the delay starts again because a member joined");
        harness.Advance(2999);
        Assert.That(first.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await first.Soon()).GenerationId, Is.EqualTo(1));
        Assert.That((await second.Soon()).GenerationId, Is.EqualTo(1));
    }

    [Test]
    public async Task The_delay_never_exceeds_the_rebalance_timeout()
    {
        await using var harness = new GroupHarness();
        var first = harness.Join(version: 3, rebalance: 7000);
        for (var i = 0; i < 6; i++)
        {
            harness.Advance(1000);
            _ = harness.Join(version: 3, rebalance: 7000);
        }
        harness.Advance(999);
        Assert.That(first.IsCompleted, Is.False);
        harness.Advance(1);
        Assert.That((await first.Soon()).Members.Count + (await first).Members.Count, Is.AnyOf(0, 14));
        Assert.That((await harness.Describe()).Members, Has.Count.EqualTo(7));
    }

    [Test]
    public async Task Without_a_delay_the_first_member_receives_its_response_at_once()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { InitialRebalanceDelayMs = 0 });
        var (_, joined) = await harness.JoinKnown();
        harness.Advance(0);
        Assert.That((await joined.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Once_the_group_has_members_a_rebalance_ends_as_soon_as_all_have_joined()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        var (_, second) = await harness.JoinKnown();
        Assert.That(second.IsCompleted, Is.False);
        var first = harness.Join(ids[0]);
        Assert.That((await first.Soon()).GenerationId, Is.EqualTo(2));
        Assert.That((await second.Soon()).Leader, Is.EqualTo(ids[0]));
    }
}
