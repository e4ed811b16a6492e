using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Groups;

internal sealed class AdministrationTests
{
    [Test]
    public async Task Groups_are_listed_by_state_and_type()
    {
        await using var harness = new GroupHarness(partitions: 5);
        await harness.StableGroup();
        await harness.Commit(1, group: "simple");
        Assert.That(await List(harness, [], []), Is.EquivalentTo(
            new[] { ("group", "consumer", "Stable", "classic"), ("simple", "", "Empty", "classic") }));
        Assert.That((await List(harness, ["stable"], ["Classic"])).Single().Item1, Is.EqualTo("group"));
        Assert.That((await List(harness, ["Empty"], [])).Single().Item1, Is.EqualTo("simple"));
        Assert.That(await List(harness, [], ["consumer"]), Is.Empty);
        Assert.That(await List(harness, ["Dead"], []), Is.Empty);
    }

    [Test]
    public async Task A_stable_group_is_described_with_members_metadata_and_assignments()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var group = await harness.Describe();
        Assert.That(group.ProtocolType, Is.EqualTo("consumer"));
        Assert.That(group.ProtocolData, Is.EqualTo("range"));
        Assert.That(group.Members.Select(member => member.MemberId), Is.EquivalentTo(ids));
        Assert.That(group.Members.Select(member => member.ClientHost), Has.All.EqualTo("/127.0.0.1"));
        Assert.That(group.Members.Select(member => member.ClientId), Has.All.EqualTo("client"));
        Assert.That(group.Members.Select(member => member.MemberMetadata), Has.All.EqualTo(GroupHarness.Metadata));
        Assert.That(group.Members.Single(member => member.MemberId == ids[1]).MemberAssignment, Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task While_a_group_rebalances_neither_protocol_nor_metadata_are_described()
    {
        await using var harness = new GroupHarness();
        await harness.StableGroup();
        await harness.JoinKnown();
        var group = await harness.Describe();
        Assert.That(group.GroupState, Is.EqualTo("PreparingRebalance"));
        Assert.That(group.ProtocolData, Is.Empty);
        Assert.That(group.Members.Select(member => member.MemberMetadata), Has.All.Empty);
    }

    [TestCase((short)5, ErrorCode.None, null)]
    [TestCase((short)6, ErrorCode.GroupIdNotFound, "Group group not found.")]
    public async Task A_group_that_does_not_exist_is_dead(short version, ErrorCode error, string? message)
    {
        await using var harness = new GroupHarness();
        var group = await harness.Describe(version: version);
        Assert.That(group.GroupState, Is.EqualTo("Dead"));
        Assert.That(group.ErrorCode, Is.EqualTo(error));
        Assert.That(group.ErrorMessage, Is.EqualTo(message));
    }

    [Test]
    public async Task An_empty_group_is_deleted_with_its_offsets()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        await harness.Commit(1, ids[0], 1);
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.NonEmptyGroup));
        await harness.Leave((ids[0], null)).Soon();
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task A_group_that_could_not_be_deleted_is_still_there()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Committed(), Is.EqualTo(1));
    }

    private static async Task<List<(string, string, string, string)>> List(GroupHarness harness, List<string> states, List<string> types) =>
        (await harness.Coordinator.Administration.ListGroupsAsync(
            GroupHarness.Context(5), new ListGroupsRequest { StatesFilter = states, TypesFilter = types }).Soon())
        .Groups.ConvertAll(group => (group.GroupId, group.ProtocolType, group.GroupState, group.GroupType));
}
