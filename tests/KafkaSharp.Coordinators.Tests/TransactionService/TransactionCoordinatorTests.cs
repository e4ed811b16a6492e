using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.TransactionService;

/// <summary>Who serves a transactional id, and what clients receive while nobody does.</summary>
internal sealed class TransactionCoordinatorTests
{
    [Test]
    public async Task A_broker_that_does_not_lead_the_partition_is_not_the_coordinator()
    {
        await using var harness = new TransactionHarness();
        harness.Coordinator.OnResignation(0, 1);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That((await harness.End(1, 0)).Error, Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(await harness.Add(1, 0), Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(await harness.Verify(1, 0), Is.EqualTo(new[] { ErrorCode.NotCoordinator }));
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(await harness.List(), Is.Empty);
    }

    [Test]
    public async Task While_a_partition_loads_its_ids_are_refused_and_no_list_is_given()
    {
        var storage = new MemoryCoordinatorStorage { LoadGate = new TaskCompletionSource() };
        await using var harness = new TransactionHarness(storage: storage);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        Assert.That((await harness.ListAll()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        storage.LoadGate.SetResult();
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
    }

    [Test]
    public async Task Before_the_start_and_after_the_stop_no_coordinator_is_available()
    {
        var harness = new TransactionHarness();
        Assert.That(harness.Coordinator.PartitionFor("any"), Is.Zero);
        await harness.DisposeAsync();
        Assert.That(harness.Coordinator.PartitionFor("any"), Is.Null);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That((await harness.ListAll()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
    }

    [Test]
    public async Task The_state_is_what_was_written()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Add(1000, 0, partitions: [TransactionHarness.P0, TransactionHarness.P1]);
        var before = await harness.Describe();
        harness.Reload();
        var after = await harness.Describe();
        Assert.That(after.TransactionState, Is.EqualTo(before.TransactionState));
        Assert.That((after.ProducerId, after.ProducerEpoch), Is.EqualTo((before.ProducerId, before.ProducerEpoch)));
        Assert.That(after.TransactionStartTimeMs, Is.EqualTo(before.TransactionStartTimeMs));
        Assert.That(after.Topics.Single().Partitions, Is.EquivalentTo(before.Topics.Single().Partitions));
        Assert.That(await harness.End(1000, 0), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
    }
}
