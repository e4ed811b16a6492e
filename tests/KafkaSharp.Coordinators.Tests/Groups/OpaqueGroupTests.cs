using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Groups;

/// <summary>Groups of protocols that are not served here, found in the log of a broker that serves them.</summary>
internal sealed class OpaqueGroupTests
{
    [Test]
    public async Task A_group_with_members_is_left_alone()
    {
        await using var harness = GroupHarness.Load(Epoch(), Member());
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.NonEmptyGroup));
        Assert.That(await harness.Heartbeat("m", 1), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Describe()).ErrorMessage, Is.EqualTo("Group group is not a classic group."));
    }

    [Test]
    public async Task It_is_no_group_of_consumers_even_without_members([Values(0, 1, -1)] int epoch)
    {
        await using var harness = GroupHarness.Load(Epoch());
        var written = harness.Written();
        var response = await new SimulatedConsumer(harness, "a") { Epoch = epoch }.Send(epoch == 0
            ? new() { RebalanceTimeoutMs = 60_000, SubscribedTopicNames = ["con"], TopicPartitions = [] }
            : new());
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
            ErrorCode.GroupIdNotFound, "Group group is not a consumer group.")));
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That(harness.Written(), Is.EqualTo(written));
    }

    [Test]
    public async Task An_empty_group_is_deleted_with_every_record_of_it()
    {
        await using var harness = GroupHarness.Load(Epoch(), Member(), Member(tombstone: true));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
        harness.Coordinator.OnResignation(0, 3);
        harness.Coordinator.OnElection(0, 4);
        Assert.That(await harness.Delete(), Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task Retention_does_not_touch_it()
    {
        await using var harness = GroupHarness.Load(Epoch());
        var before = harness.Storage.Entries(0).Count;
        harness.Time.Advance(TimeSpan.FromDays(30));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(before));
    }

    private static MemoryCoordinatorStorage.Entry Epoch() => new(
        GroupHarness.Write(new ShareGroupMetadataKey { GroupId = "group" }, 0, prefix: 11),
        GroupHarness.Write(new ShareGroupMetadataValue { Epoch = 1 }, 0));

    private static MemoryCoordinatorStorage.Entry Member(bool tombstone = false) => new(
        GroupHarness.Write(new ShareGroupMemberMetadataKey { GroupId = "group", MemberId = "m" }, 0, prefix: 10),
        tombstone ? null : GroupHarness.Write(new ShareGroupMemberMetadataValue { SubscribedTopicNames = [] }, 0));
}
