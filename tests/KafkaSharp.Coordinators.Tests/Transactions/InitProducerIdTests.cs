using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

internal sealed class InitProducerIdTests
{
    private static readonly (ErrorCode, long, short) s_concurrent = (ErrorCode.ConcurrentTransactions, -1L, (short)-1);

    [Test]
    public async Task A_new_id_gets_epoch_0_and_each_call_without_id_and_epoch_the_next_one()
    {
        await using var harness = new TransactionHarness();
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
        Assert.That(await harness.Init("other"), Is.EqualTo((ErrorCode.None, 1001L, (short)0)));
        Assert.That(await harness.State(), Is.EqualTo("Empty"));
    }

    [TestCase("", 1000, ErrorCode.InvalidRequest)]
    [TestCase("txn", 0, ErrorCode.InvalidTransactionTimeout)]
    [TestCase("txn", -1, ErrorCode.InvalidTransactionTimeout)]
    [TestCase("txn", 900_001, ErrorCode.InvalidTransactionTimeout)]
    [TestCase("txn", 900_000, ErrorCode.None)]
    public async Task The_id_must_not_be_empty_and_the_timeout_is_limited(string id, int timeout, ErrorCode expected)
    {
        await using var harness = new TransactionHarness();
        Assert.That((await harness.Init(id, timeout)).Error, Is.EqualTo(expected));
    }

    [Test]
    public async Task Two_phase_commit_needs_its_key_and_has_no_timeout_and_a_prepared_transaction_is_not_kept()
    {
        await using (var harness = new TransactionHarness())
        {
            Assert.That((await harness.Init(enable2Pc: true)).Error, Is.EqualTo(ErrorCode.TransactionalIdAuthorizationFailed));
            Assert.That((await harness.Init(keepPrepared: true)).Error, Is.EqualTo(ErrorCode.UnsupportedVersion));
        }
        await using var enabled = new TransactionHarness(config: new TransactionCoordinatorConfig { TwoPhaseCommitEnabled = true });
        Assert.That((await enabled.Init(timeout: -5, enable2Pc: true)).Error, Is.EqualTo(ErrorCode.None));
        Assert.That((await enabled.Describe()).TransactionTimeoutMs, Is.EqualTo(int.MaxValue));
        Assert.That(await enabled.Add(1000, 0), Is.EqualTo(ErrorCode.None));
        enabled.Advance(TimeSpan.FromDays(20).TotalMilliseconds);
        Assert.That(await enabled.State(), Is.EqualTo("Ongoing"));
    }

    [Test]
    public async Task A_producer_that_continues_gets_the_next_epoch_and_the_same_one_again_when_it_repeats_the_request()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        Assert.That(await harness.Init(producerId: 1000, epoch: 0), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
        Assert.That(await harness.Init(producerId: 1000, epoch: 0), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
        Assert.That(await harness.Init(producerId: 1000, epoch: 1), Is.EqualTo((ErrorCode.None, 1000L, (short)2)));
        Assert.That((await harness.Init(producerId: 1000, epoch: 0)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That((await harness.Init(producerId: 1, epoch: 2)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        // Only -1 stands for no producer id.
        Assert.That((await harness.Init(producerId: -2, epoch: 2)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That((await harness.Init(producerId: -2, epoch: -2)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        // One that begins forgets the epoch before: the older producer cannot continue.
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)3)));
        Assert.That((await harness.Init(producerId: 1000, epoch: 2)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
    }

    [Test]
    public async Task A_producer_that_continues_with_an_id_that_expired_gets_a_new_one()
    {
        await using var harness = new TransactionHarness();
        Assert.That(await harness.Init(producerId: 5, epoch: 7), Is.EqualTo((ErrorCode.None, 1000L, (short)0)));
    }

    [Test]
    public async Task The_epoch_before_is_not_known_to_a_new_coordinator()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Init(producerId: 1000, epoch: 0);
        harness.Reload();
        Assert.That((await harness.Init(producerId: 1000, epoch: 0)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That(await harness.Init(producerId: 1000, epoch: 1), Is.EqualTo((ErrorCode.None, 1000L, (short)2)));
    }

    [TestCase((short)0)]
    [TestCase((short)1)]
    [TestCase((short)2)]
    public async Task An_open_transaction_is_aborted_in_an_epoch_no_client_gets_before_the_producer_gets_the_next(short version)
    {
        await using var harness = new TransactionHarness(version);
        await harness.Init();
        await harness.Add(1000, 0, version);
        Assert.That(await harness.Init(), Is.EqualTo(s_concurrent));
        var (marker, partitions) = harness.Markers.Sent.Single();
        Assert.That(marker.Committed, Is.False);
        Assert.That(marker.ProducerEpoch, Is.EqualTo(1));
        Assert.That(marker.TransactionVersion, Is.EqualTo(version >= 2 ? 2 : 0));
        Assert.That(partitions, Is.EqualTo(new[] { TransactionHarness.P0 }));
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)2)));
    }

    [Test]
    public async Task While_markers_are_being_written_a_producer_must_wait()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        await harness.Add(1000, 0);
        harness.Markers.Hold();
        await harness.End(1000, 0);
        Assert.That(await harness.Init(), Is.EqualTo(s_concurrent));
        Assert.That(await harness.Init(producerId: 1, epoch: 1), Is.EqualTo(s_concurrent));
        harness.Markers.Release();
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)2)));
    }

    [Test]
    public async Task Without_a_producer_id_of_the_controller_the_request_fails_and_leaves_nothing()
    {
        await using var harness = new TransactionHarness { ProducerIdError = ErrorCode.CoordinatorLoadInProgress };
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.CoordinatorLoadInProgress, -1L, (short)-1)));
        Assert.That(await harness.List(), Is.Empty);
    }

    [Test]
    public async Task A_write_that_fails_leaves_the_state_as_it_was()
    {
        await using var harness = new TransactionHarness();
        await harness.Init();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.NotLeaderOrFollower;
        Assert.That((await harness.Init("new")).Error, Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.List(), Is.EqualTo(new[] { "txn" }));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
    }
}
