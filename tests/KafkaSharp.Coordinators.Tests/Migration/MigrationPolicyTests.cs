using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// Each of the four policies (<c>group.consumer.migration.policy</c>) with everything that could change the type of a group.
/// </summary>
internal sealed class MigrationPolicyTests
{
    private static readonly string[] _con = ["con"];

    [TestCase(MigrationPolicy.Disabled, false)]
    [TestCase(MigrationPolicy.Downgrade, false)]
    [TestCase(MigrationPolicy.Upgrade, true)]
    [TestCase(MigrationPolicy.Bidirectional, true)]
    public async Task A_classic_group_with_members_becomes_a_consumer_group(MigrationPolicy policy, bool isAllowed)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        await MigrationGroups.Classic(harness, new ClassicConsumer(harness));
        var joined = await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That(joined.ErrorCode, Is.EqualTo(isAllowed ? ErrorCode.None : ErrorCode.GroupIdNotFound));
        Assert.That(await TypeOf(harness), Is.EqualTo(isAllowed ? "consumer" : "classic"));
    }

    [TestCase(MigrationPolicy.Disabled, false)]
    [TestCase(MigrationPolicy.Upgrade, false)]
    [TestCase(MigrationPolicy.Downgrade, true)]
    [TestCase(MigrationPolicy.Bidirectional, true)]
    public async Task A_consumer_group_becomes_classic_when_the_last_consumer_leaves(MigrationPolicy policy, bool isAllowed)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        var (a, c) = (new SimulatedConsumer(harness, "a"), new ClassicConsumer(harness));
        await a.Join(_con);
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None), "no policy forbids classic members");
        await a.Leave();
        Assert.That(await TypeOf(harness), Is.EqualTo(isAllowed ? "classic" : "consumer"));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress), "what it waited for is free in either case");
        var joined = await c.Join().Soon();
        Assert.That((joined.ErrorCode, joined.Members.Count), Is.EqualTo((ErrorCode.None, isAllowed ? 1 : 0)));
    }

    [TestCase(MigrationPolicy.Disabled, false)]
    [TestCase(MigrationPolicy.Upgrade, false)]
    [TestCase(MigrationPolicy.Downgrade, true)]
    [TestCase(MigrationPolicy.Bidirectional, true)]
    public async Task A_consumer_group_becomes_classic_when_a_classic_member_takes_the_place_of_the_last_consumer(
        MigrationPolicy policy, bool isAllowed)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        var s = new SimulatedConsumer(harness, "s", "i");
        await s.Join(_con);
        var c = new ClassicConsumer(harness, "i");
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((c.OwnedText, await TypeOf(harness)), Is.EqualTo(("con-0 con-1 con-2", isAllowed ? "classic" : "consumer")));
        s.Epoch = 2;
        Assert.That((await s.Beat()).ErrorCode, Is.EqualTo(isAllowed ? ErrorCode.GroupIdNotFound : ErrorCode.FencedInstanceId));
    }

    [Test]
    public async Task A_group_without_members_takes_the_type_of_the_first_member_under_each_policy([Values] MigrationPolicy policy)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        var ids = await harness.StableGroup();
        await harness.Leave((ids[0], null)).Soon();
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await TypeOf(harness), Is.EqualTo("consumer"));
        await a.Leave();
        await harness.StableGroup();
        Assert.That(await TypeOf(harness), Is.EqualTo("classic"));
    }

    private static async Task<string> TypeOf(GroupHarness harness) =>
        (await harness.Coordinator.Administration.ListGroupsAsync(
            GroupHarness.Context(5), new() { StatesFilter = [], TypesFilter = [] }).Soon()).Groups.Single().GroupType;
}
