using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

/// <summary>A producer id has 32,767 epochs for clients; the coordinator keeps the last one back, so that it can always fence.</summary>
internal sealed class EpochOverflowTests
{
    private const short Last = short.MaxValue - 1;

    [Test]
    public async Task A_producer_that_begins_or_continues_after_the_last_epoch_gets_a_new_id()
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Empty);
        Assert.That(await harness.Init(producerId: 5, epoch: Last), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        // The response was lost: the producer still has its old id and the last epoch.
        Assert.That(await harness.Init(producerId: 5, epoch: Last), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        Assert.That((await harness.Init(producerId: 5, epoch: 7)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        await At(harness, Last, TransactionState.CompleteCommit);
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1001L, (short)0)));
    }

    [Test]
    public async Task A_producer_with_another_epoch_than_the_last_one_receives_an_internal_error_as_from_Kafka()
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Empty);
        Assert.That((await harness.Init(producerId: 5, epoch: 7)).Error, Is.EqualTo(ErrorCode.UnknownServerError));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_end_of_a_transaction_in_the_last_epoch_gives_a_new_id_also_when_its_response_is_lost(bool commit)
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Ongoing);
        Assert.That(await harness.End(5, Last, commit), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        Assert.That(harness.Markers.Sent.Single().Marker, Is.EqualTo(new TransactionMarker(5, short.MaxValue, commit, 2, 2)));
        Assert.That(await harness.End(5, Last, commit), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        Assert.That((await harness.End(5, Last, !commit)).Error, Is.EqualTo(ErrorCode.InvalidTxnState));
        harness.Reload();
        Assert.That(await harness.End(5, Last, commit), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        Assert.That(await harness.Add(1000, 0), Is.EqualTo(ErrorCode.None));
        // From the next transaction on the old id is not known any more.
        Assert.That((await harness.End(5, Last, commit)).Error, Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
    }

    [Test]
    public async Task The_next_id_of_a_prepared_transaction_survives_a_change_of_the_coordinator()
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Ongoing);
        harness.Markers.Hold();
        Assert.That(await harness.End(5, Last), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        harness.Reload();
        harness.Markers.Release();
        var described = await harness.Describe();
        Assert.That((described.ProducerId, described.ProducerEpoch), Is.EqualTo((1000L, (short)0)));
        Assert.That(harness.Markers.Sent.Select(sent => (sent.Marker.ProducerId, sent.Marker.ProducerEpoch)).Distinct(),
            Is.EqualTo(new[] { (5L, short.MaxValue) }));
    }

    [Test]
    public async Task An_open_transaction_in_the_last_epoch_is_fenced_with_the_one_kept_back()
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Ongoing);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(harness.Markers.Sent.Single().Marker.ProducerEpoch, Is.EqualTo(short.MaxValue));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
    }

    [Test]
    public async Task Before_version_2_fencing_uses_up_the_epochs_and_the_next_producer_gets_a_new_id()
    {
        await using var harness = new TransactionHarness(version: 0);
        await At(harness, Last, TransactionState.Ongoing);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(harness.Markers.Sent.Single().Marker.ProducerEpoch, Is.EqualTo(short.MaxValue));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
    }

    [TestCase((short)0)]
    [TestCase((short)2)]
    public async Task A_transaction_whose_epoch_is_beyond_the_last_one_can_still_be_aborted(short version)
    {
        await using var harness = new TransactionHarness(version);
        await At(harness, short.MaxValue, TransactionState.Ongoing);
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(harness.Markers.Sent.Single().Marker.ProducerEpoch, Is.EqualTo(short.MaxValue));
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_transaction_that_times_out_in_the_last_epoch_is_aborted_when_the_controller_gives_an_id()
    {
        await using var harness = new TransactionHarness();
        await At(harness, Last, TransactionState.Ongoing);
        harness.ProducerIdError = ErrorCode.CoordinatorLoadInProgress;
        harness.Advance(TransactionHarness.Timeout + 10_000);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.ProducerIdError = ErrorCode.None;
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
        Assert.That((await harness.Describe()).ProducerId, Is.EqualTo(1000));
    }

    /// <summary>The state of the id, as a coordinator before left it.</summary>
    private static Task At(TransactionHarness harness, short epoch, TransactionState state)
    {
        harness.Write(new TransactionMetadata
        {
            TransactionalId = TransactionHarness.Id,
            ProducerId = 5,
            PreviousProducerId = 5,
            ProducerEpoch = epoch,
            TimeoutMs = TransactionHarness.Timeout,
            State = state,
            Partitions = state == TransactionState.Ongoing ? new HashSet<TopicPartition> { TransactionHarness.P0 } : [],
            StartMs = state == TransactionState.Empty ? -1 : harness.NowMs,
            LastUpdateMs = harness.NowMs,
        });
        return Task.CompletedTask;
    }
}
