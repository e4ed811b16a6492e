using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

internal sealed class GroupSizeTests
{
    [Test]
    public async Task A_member_too_many_is_refused()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { MaxSize = 2 });
        await harness.StableGroup(2);
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task Members_beyond_the_limit_are_refused_while_the_group_prepares()
    {
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { MaxSize = 1 });
        var (_, first) = await harness.JoinKnown();
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        harness.Advance(3000);
        Assert.That((await first.Soon()).Members, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_loaded_group_that_is_too_large_rebalances()
    {
        await using var before = new GroupHarness();
        await before.StableGroup(2);
        await using var harness = new GroupHarness(new GroupCoordinatorConfig { MaxSize = 1 });
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).AddRange(before.Storage.Entries(0));
        harness.Coordinator.OnElection(0, 2);
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }
}
