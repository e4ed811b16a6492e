using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

internal sealed class AddPartitionsTests
{
    [TestCase((short)0)]
    [TestCase((short)2)]
    public async Task Partitions_are_added_once_and_written_together_with_those_before(short version)
    {
        await using var harness = new TransactionHarness(version);
        await harness.Init();
        Assert.That(await harness.Add(1000, 0, version), Is.EqualTo(ErrorCode.None));
        harness.Advance(5);
        Assert.That(await harness.Add(1000, 0, version, partitions: [TransactionHarness.P1]), Is.EqualTo(ErrorCode.None));
        var written = harness.Storage.Entries(0).Count;
        Assert.That(await harness.Add(1000, 0, version, partitions: [TransactionHarness.P0]), Is.EqualTo(ErrorCode.None));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(written), "Nothing new is written");
        var last = harness.Written.Last()!;
        Assert.That(last.Partitions, Is.EquivalentTo(new[] { TransactionHarness.P0, TransactionHarness.P1 }));
        Assert.That(last.State, Is.EqualTo(TransactionState.Ongoing));
        Assert.That(last.StartMs, Is.EqualTo(harness.NowMs - 5));
        Assert.That(last.LastUpdateMs, Is.EqualTo(harness.NowMs));
        Assert.That(last.ClientVersion.Level, Is.EqualTo(version));
    }

    [Test]
    public async Task Another_producer_another_epoch_and_an_unknown_id_are_refused()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Init();
        Assert.That(await harness.Add(7, 1), Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
        Assert.That(await harness.Add(1000, 0), Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That(await harness.Add(1000, 2), Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That(await harness.Add(1000, 1, id: "unknown"), Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
        Assert.That(await harness.Add(1000, 1, id: ""), Is.EqualTo(ErrorCode.InvalidRequest));
        Assert.That(await harness.Add(1000, 1), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task While_a_transaction_is_being_completed_any_producer_must_wait()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Add(1000, 0);
        harness.Markers.Hold();
        await harness.End(1000, 0);
        Assert.That(await harness.Add(1000, 1), Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(await harness.Add(7, 1), Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(await harness.Verify(1000, 1), Is.EqualTo(new[] { ErrorCode.ConcurrentTransactions }));
        Assert.That(await harness.Verify(1000, 0), Is.EqualTo(new[] { ErrorCode.ProducerFenced }));
        harness.Markers.Release();
        Assert.That(await harness.Add(1000, 1), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_broker_that_adds_for_a_client_waits_until_the_transaction_before_is_completed()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Add(1000, 0);
        harness.Markers.Hold();
        await harness.End(1000, 0);
        var adding = harness.Coordinator.Producers.AddWaitingAsync(
            TransactionHarness.Id, 1000, 1, [TransactionHarness.P1], TimeSpan.FromMilliseconds(100));
        harness.Advance(50);
        Assert.That(adding.IsCompleted, Is.False);
        harness.Markers.Release();
        Assert.That(await adding.Soon(), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task It_does_not_wait_longer_than_configured()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Add(1000, 0);
        harness.Markers.Hold();
        await harness.End(1000, 0);
        var adding = harness.Coordinator.Producers.AddWaitingAsync(
            TransactionHarness.Id, 1000, 1, [TransactionHarness.P1], TimeSpan.FromMilliseconds(100));
        while (harness.Time.ActiveTimers < 3)
            await Task.Yield();
        harness.Advance(100);
        Assert.That(await adding.Soon(), Is.EqualTo(ErrorCode.ConcurrentTransactions));
    }

    [Test]
    public async Task Verification_tells_which_partitions_are_part_of_the_transaction()
    {
        await using var harness = new TransactionHarness();
        Assert.That(await harness.Verify(1000, 0), Is.EqualTo(new[] { ErrorCode.InvalidProducerIdMapping }));
        await harness.Init();
        await harness.Add(1000, 0, partitions: TransactionHarness.P1);
        Assert.That(
            await harness.Verify(1000, 0, TransactionHarness.P0, TransactionHarness.P1),
            Is.EqualTo(new[] { ErrorCode.TransactionAbortable, ErrorCode.None }));
        Assert.That(await harness.Verify(7, 0), Is.EqualTo(new[] { ErrorCode.InvalidProducerIdMapping }));
        Assert.That(await harness.Verify(1000, 1), Is.EqualTo(new[] { ErrorCode.ProducerFenced }));
        await harness.End(1000, 0);
        Assert.That(await harness.Verify(1000, 1), Is.EqualTo(new[] { ErrorCode.TransactionAbortable }));
    }
}
