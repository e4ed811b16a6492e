using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

/// <summary>What the coordinator does by itself: timeouts of transactions, expiry of transactional ids.</summary>
internal sealed class TransactionCleanupTests
{
    [TestCase((short)0)]
    [TestCase((short)1)]
    [TestCase((short)2)]
    public async Task A_transaction_that_is_open_for_longer_than_its_timeout_is_aborted_and_its_producer_fenced(short version)
    {
        await using var harness = new TransactionHarness(version);
        await harness.Init(timeout: 15_000);
        await harness.Add(1000, 0, version);
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
        Assert.That(harness.Markers.Sent.Single().Marker.ProducerEpoch, Is.EqualTo(1));
        var commit = (await harness.End(1000, 0, version: version)).Error;
        Assert.That(commit, Is.EqualTo(version == 2 ? ErrorCode.InvalidTxnState : ErrorCode.ProducerFenced));
        Assert.That(await harness.Add(1000, 0, version), Is.EqualTo(ErrorCode.ProducerFenced));
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)2)));
    }

    [Test]
    public async Task The_timeout_counts_from_the_first_partition_on()
    {
        await using var harness = new TransactionHarness();
        await harness.Init(timeout: 15_000);
        harness.Advance(60_000);
        await harness.Add(1000, 0);
        harness.Advance(10_000);
        await harness.Add(1000, 0, partitions: TransactionHarness.P1);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
    }

    [Test]
    public async Task A_wall_clock_that_is_set_aborts_nothing_and_delays_nothing()
    {
        await using var harness = new TransactionHarness();
        await harness.Init(timeout: 15_000);
        await harness.Add(1000, 0);
        harness.Time.StepWallClock(TimeSpan.FromDays(3));
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.Time.StepWallClock(TimeSpan.FromDays(-6));
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
    }

    [Test]
    public async Task A_transaction_of_a_coordinator_before_times_out_by_the_time_it_wrote()
    {
        await using var harness = new TransactionHarness();
        await harness.Init(timeout: 25_000);
        await harness.Add(1000, 0);
        harness.Advance(9_000);
        harness.Reload();
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
    }

    [Test]
    public async Task An_abort_that_cannot_be_written_is_tried_again()
    {
        await using var harness = new TransactionHarness();
        await harness.Init(timeout: 5_000);
        await harness.Add(1000, 0);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        harness.Storage.AppendError = ErrorCode.None;
        harness.Advance(10_000);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
        Assert.That(harness.Markers.Sent.Single().Marker.ProducerEpoch, Is.EqualTo(1), "The epoch is raised once");
    }

    [Test]
    public async Task Many_transactions_time_out_at_once()
    {
        await using var harness = new TransactionHarness();
        for (var i = 0; i < 200; i++)
        {
            await harness.Init($"txn-{i}", timeout: 5_000);
            await harness.Add(1000 + i, 0, id: $"txn-{i}");
        }
        harness.Advance(10_000);
        Assert.That(await harness.List(states: ["CompleteAbort"]), Has.Length.EqualTo(200));
    }

    [Test]
    public async Task Ids_that_are_not_used_for_long_are_removed_unless_their_transaction_is_open()
    {
        await using var harness = new TransactionHarness(config: new TransactionCoordinatorConfig { IdExpirationMs = 7_200_000 });
        await harness.Init("idle");
        await harness.Init("ended");
        await harness.Add(1001, 0, id: "ended");
        await harness.End(1001, 0, id: "ended");
        await harness.Init("deciding");
        await harness.Add(1002, 0, id: "deciding");
        harness.Markers.Hold();
        await harness.End(1002, 0, id: "deciding");
        harness.Advance(3_600_000);
        await harness.Init("used");
        harness.Advance(3_599_000);
        Assert.That(await harness.List(), Is.EqualTo(new[] { "deciding", "ended", "idle", "used" }));
        harness.Advance(2_000);
        Assert.That(await harness.List(), Is.EqualTo(new[] { "deciding", "used" }));
        Assert.That((await harness.Describe("idle")).ErrorCode, Is.EqualTo(ErrorCode.TransactionalIdNotFound));
        harness.Reload();
        Assert.That(await harness.List(), Is.EqualTo(new[] { "deciding", "used" }));
        Assert.That(await harness.Init("idle"), Is.EqualTo((ErrorCode.None, 1004L, (short)0)), "It gets a new producer id");
    }

    [Test]
    public async Task Tombstones_that_cannot_be_written_leave_the_ids()
    {
        await using var harness = new TransactionHarness(config: new TransactionCoordinatorConfig { IdExpirationMs = 1 });
        await harness.Init();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(3_600_000);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Init(), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
    }
}
