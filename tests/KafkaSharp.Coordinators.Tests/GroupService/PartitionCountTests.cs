using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.GroupService;

/// <summary>The number of partitions of __consumer_offsets is fixed when the coordinator starts.</summary>
internal sealed class PartitionCountTests
{
    [Test]
    public async Task Enlarging_the_topic_loses_sight_of_no_offset()
    {
        await using var harness = new GroupHarness(partitions: 3);
        string[] groups = [.. Enumerable.Range(0, 30).Select(i => $"group-{i}")];
        foreach (var group in groups)
            Assert.That(await harness.Commit(7, group: group), Is.EqualTo(ErrorCode.None));
        harness.SetOffsetsTopic(partitions: 3);
        harness.SetOffsetsTopic(partitions: 50);
        for (var partition = 3; partition < 50; partition++)
            harness.Coordinator.OnElection(partition, 0);
        foreach (var group in groups)
        {
            Assert.That(harness.Coordinator.PartitionFor(group), Is.LessThan(3));
            Assert.That(await harness.Committed(group: group), Is.EqualTo(7), group);
        }
    }

    [Test]
    public async Task Before_it_starts_a_coordinator_is_not_available()
    {
        await using var harness = new GroupHarness(partitions: 0);
        Assert.That(harness.Coordinator.PartitionFor("group"), Is.Null);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Coordinator.Start(1);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.NotCoordinator), "started, but no shard is led here");
    }
}
