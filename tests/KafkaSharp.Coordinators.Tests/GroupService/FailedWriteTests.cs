using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.GroupService;

/// <summary>What a group looks like after its records could not be written.</summary>
internal sealed class FailedWriteTests
{
    [Test]
    public async Task An_offset_that_was_not_written_is_not_seen_and_the_one_before_stays()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(1);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That(await harness.Commit(2), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That(await harness.Commit(2, partition: 1), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(-1));
    }

    [Test]
    public async Task A_simple_group_whose_first_offset_was_not_written_does_not_exist()
    {
        await using var harness = new GroupHarness();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        await harness.Commit(1);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task A_group_whose_deletion_was_not_written_is_there_with_its_offsets()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        await harness.Commit(5, ids[0], 1);
        await harness.Leave((ids[0], null));
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Empty"));
        Assert.That(await harness.Committed(), Is.EqualTo(5));
        var (_, joined) = await harness.JoinKnown();
        harness.Advance(6000);
        Assert.That((await joined.Soon()).GenerationId, Is.EqualTo(3));
    }

    [Test]
    public async Task A_consumer_group_that_a_classic_member_could_not_take_over_is_there_with_every_record()
    {
        await using var harness = new GroupHarness();
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).Add(new MemoryCoordinatorStorage.Entry(
            GroupHarness.Write(new ConsumerGroupMetadataKey { GroupId = "group" }, 0, prefix: 3),
            GroupHarness.Write(new ConsumerGroupMetadataValue { Epoch = 9 }, 0)));
        harness.Coordinator.OnElection(0, 2);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        await harness.Join().Soon();
        harness.Storage.AppendError = ErrorCode.None;
        var listed = (await harness.Coordinator.Administration.ListGroupsAsync(
            GroupHarness.Context(5), new ListGroupsRequest { StatesFilter = [], TypesFilter = [] })).Groups;
        Assert.That(listed.Single().GroupType, Is.EqualTo("consumer"));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        Assert.That(harness.Storage.Entries(0)[^1].Value, Is.Null);
        Assert.That(harness.Storage.Entries(0)[^1].Key, Is.EqualTo(harness.Storage.Entries(0)[0].Key));
    }
}
