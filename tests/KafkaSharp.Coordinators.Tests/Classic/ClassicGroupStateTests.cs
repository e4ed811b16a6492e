using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Classic;

/// <summary>
/// What a classic group permits in each of its states to those who commit, fetch and delete. No request meets a group in the state Dead: it
/// enters that state when its shard is unloaded, where requests receive NOT_COORDINATOR.
/// </summary>
internal sealed class ClassicGroupStateTests
{
    [TestCase("Empty", ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId, ErrorCode.None)]
    [TestCase("PreparingRebalance", ErrorCode.None, ErrorCode.IllegalGeneration, ErrorCode.UnknownMemberId)]
    [TestCase("CompletingRebalance", ErrorCode.RebalanceInProgress, ErrorCode.IllegalGeneration, ErrorCode.UnknownMemberId)]
    [TestCase("Stable", ErrorCode.None, ErrorCode.IllegalGeneration, ErrorCode.UnknownMemberId)]
    public async Task Commits_name_the_generation_while_there_is_one(
        string state, ErrorCode ofGeneration, ErrorCode ofAnother, ErrorCode withoutGeneration)
    {
        await using var harness = new GroupHarness();
        var members = await harness.InState(state);
        foreach (var version in new short[] { 2, 9 })
        {
            Assert.That(await harness.Commit(1, members[1], 1, version: version), Is.EqualTo(ofGeneration));
            Assert.That(await harness.Commit(1, members[1], 0, version: version), Is.EqualTo(ofAnother));
            Assert.That(await harness.Commit(1, version: version), Is.EqualTo(withoutGeneration));
        }
    }

    [TestCase("Empty", ErrorCode.None)]
    [TestCase("PreparingRebalance", ErrorCode.NonEmptyGroup)]
    [TestCase("CompletingRebalance", ErrorCode.NonEmptyGroup)]
    [TestCase("Stable", ErrorCode.NonEmptyGroup)]
    public async Task Only_an_empty_group_is_deleted(string state, ErrorCode expected)
    {
        await using var harness = new GroupHarness();
        await harness.InState(state);
        Assert.That(await harness.Delete(), Is.EqualTo(expected));
    }

    [TestCase("Empty", 0, "")]
    [TestCase("PreparingRebalance", 3, "")]
    [TestCase("CompletingRebalance", 2, "")]
    [TestCase("Stable", 2, "range")]
    public async Task Members_are_described_in_each_state_and_the_protocol_of_a_stable_group(string state, int members, string protocol)
    {
        await using var harness = new GroupHarness();
        await harness.InState(state);
        var group = await harness.Describe();
        Assert.That((group.ProtocolType, group.ProtocolData, group.Members.Count), Is.EqualTo(("consumer", protocol, members)));
        Assert.That(group.Members.Select(member => member.MemberMetadata), protocol.Length > 0 ? Has.None.Empty : Is.All.Empty);
    }
}
