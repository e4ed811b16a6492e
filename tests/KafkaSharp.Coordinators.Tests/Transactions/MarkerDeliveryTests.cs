using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

internal sealed class MarkerDeliveryTests
{
    [TestCase(true, (short)2, (short)1)]
    [TestCase(false, (short)2, (short)1)]
    [TestCase(true, (short)0, (short)0)]
    [TestCase(false, (short)0, (short)0)]
    public async Task The_response_comes_with_the_decision_and_the_transaction_is_complete_when_every_partition_has_its_marker(
        bool commit, short version, short markerEpoch)
    {
        await using var harness = await Open(version);
        harness.Markers.Hold();
        Assert.That((await harness.End(1000, 0, commit, version)).Error, Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.State(), Is.EqualTo(commit ? "PrepareCommit" : "PrepareAbort"));
        var (marker, partitions) = harness.Markers.Sent.Single();
        Assert.That(marker, Is.EqualTo(new TransactionMarker(1000, markerEpoch, commit, 0, version)));
        Assert.That(partitions, Is.EquivalentTo(new[] { TransactionHarness.P0, TransactionHarness.P1 }));
        harness.Markers.Release();
        Assert.That(await harness.State(), Is.EqualTo(commit ? "CompleteCommit" : "CompleteAbort"));
        var last = harness.Written.Last()!;
        Assert.That(last.Partitions, Is.Empty);
        Assert.That(last.StartMs, Is.GreaterThan(0), "As in Kafka, the start of the last transaction stays");
    }

    [TestCase(ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.UnknownTopicOrPartition)]
    [TestCase(ErrorCode.NotEnoughReplicas)]
    [TestCase(ErrorCode.NotEnoughReplicasAfterAppend)]
    [TestCase(ErrorCode.RequestTimedOut)]
    [TestCase(ErrorCode.KafkaStorageError)]
    [TestCase(ErrorCode.UnknownServerError)]
    public async Task A_partition_that_does_not_take_its_marker_gets_it_again_and_only_this_one(ErrorCode error)
    {
        await using var harness = await Open();
        harness.Markers.Errors[TransactionHarness.P1] = error;
        await harness.End(1000, 0);
        Assert.That((await harness.Describe()).Topics.Single().Partitions, Is.EqualTo(new[] { 1 }));
        harness.Advance(100);
        harness.Advance(100);
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(3));
        Assert.That(harness.Markers.Sent[2].Partitions, Is.EqualTo(new[] { TransactionHarness.P1 }));
        Assert.That(await harness.State(), Is.EqualTo("PrepareCommit"));
        harness.Markers.Errors.Clear();
        harness.Advance(100);
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
        Assert.That(harness.Log.Warnings, Has.Count.EqualTo(1), "A retry is not logged again");
    }

    [Test]
    public async Task A_sender_that_fails_is_asked_again()
    {
        await using var harness = await Open();
        harness.Markers.Failure = new IOException("broken");
        await harness.End(1000, 0);
        Assert.That(await harness.State(), Is.EqualTo("PrepareCommit"));
        harness.Advance(100);
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
    }

    [Test]
    public async Task Deleted_partitions_need_no_marker()
    {
        await using var harness = await Open();
        harness.Deleted.Add(TransactionHarness.P0);
        harness.Markers.Errors[TransactionHarness.P1] = ErrorCode.UnknownTopicOrPartition;
        await harness.End(1000, 0);
        Assert.That(harness.Markers.Sent.Single().Partitions, Is.EqualTo(new[] { TransactionHarness.P1 }));
        // The other one is deleted while its marker is waiting.
        harness.Deleted.Add(TransactionHarness.P1);
        harness.Advance(100);
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1));
    }

    [TestCase(ErrorCode.InvalidProducerEpoch)]
    [TestCase(ErrorCode.TransactionCoordinatorFenced)]
    public async Task A_coordinator_whose_markers_are_refused_because_of_an_epoch_sends_no_more(ErrorCode error)
    {
        await using var harness = await Open();
        harness.Markers.Errors[TransactionHarness.P1] = error;
        await harness.End(1000, 0);
        harness.Advance(10_000);
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1));
        Assert.That(await harness.State(), Is.EqualTo("PrepareCommit"));
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.ConcurrentTransactions));
        // The next coordinator sends them again.
        harness.Markers.Errors.Clear();
        harness.Reload();
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
    }

    [Test]
    public async Task A_format_that_has_no_transactions_needs_no_marker()
    {
        await using var harness = await Open();
        harness.Markers.Errors[TransactionHarness.P0] = ErrorCode.UnsupportedForMessageFormat;
        harness.Markers.Errors[TransactionHarness.P1] = ErrorCode.UnsupportedVersion;
        await harness.End(1000, 0);
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_new_coordinator_writes_the_markers_of_a_decided_transaction_again_in_its_own_epoch(bool commit)
    {
        await using var harness = await Open();
        harness.Markers.Hold();
        await harness.End(1000, 0, commit);
        harness.Reload();
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(2));
        Assert.That(harness.Markers.Sent[1].Marker, Is.EqualTo(new TransactionMarker(1000, 1, commit, 2, 2)));
        Assert.That(harness.Markers.Sent[1].Partitions, Is.EquivalentTo(new[] { TransactionHarness.P0, TransactionHarness.P1 }));
        var written = harness.Storage.Entries(0).Count;
        // The response to the coordinator before comes late.
        harness.Markers.Release();
        Assert.That(await harness.State(), Is.EqualTo(commit ? "CompleteCommit" : "CompleteAbort"));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(written + 1));
    }

    [Test]
    public async Task They_are_written_again_also_when_others_are_refused_by_a_full_disk_at_the_same_time()
    {
        await using var harness = await Open();
        foreach (var (id, producerId) in new[] { ("a", 1001), ("b", 1002) })
        {
            await harness.Init(id);
            await harness.Add(producerId, 0, id: id);
        }
        harness.Markers.Hold();
        await harness.End(1000, 0);
        harness.Reload(resumes: false);
        Task<ErrorCode>? refused = null;
        harness.Storage.OnAppend = () =>
        {
            harness.Storage.OnAppend = null;
            // The commands are queued: the first one to resume, and then one whose batch is written after those that are queued behind it.
            harness.Advance(0);
            refused = harness.Add(1002, 0, id: "b", partitions: [TransactionHarness.P1]);
            harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        };
        Assert.That(await harness.Add(1001, 0, id: "a", partitions: [TransactionHarness.P1]).Soon(), Is.EqualTo(ErrorCode.None));
        Assert.That(await refused!.Soon(), Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1), "nothing by this coordinator yet");
        harness.Storage.AppendError = ErrorCode.None;
        harness.Advance(100);
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(2));
        harness.Markers.Release();
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
    }

    [Test]
    public async Task Markers_are_not_written_before_the_decision_is_committed()
    {
        await using var harness = await Open();
        harness.Storage.HoldsCommits = true;
        var ending = harness.End(1000, 0);
        Assert.That(ending.IsCompleted, Is.False);
        Assert.That(harness.Markers.Sent, Is.Empty);
        // Meanwhile the id admits nothing.
        var init = harness.Init();
        var adding = harness.Add(1000, 1);
        harness.Storage.CommitAll();
        Assert.That((await ending).Error, Is.EqualTo(ErrorCode.None));
        Assert.That((await init).Error, Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(await adding.Soon(), Is.EqualTo(ErrorCode.ConcurrentTransactions));
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_decision_that_is_committed_after_its_request_timed_out_gets_its_markers_then()
    {
        await using var harness = await Open();
        harness.Storage.HoldsCommits = true;
        var ending = harness.End(1000, 0);
        harness.Advance(30_000);
        Assert.That((await ending).Error, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That(harness.Markers.Sent, Is.Empty);
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
        Assert.That(await harness.End(1000, 0), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_decision_that_cannot_be_written_leaves_the_transaction_open()
    {
        await using var harness = await Open();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await harness.End(1000, 0)).Error, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That((await harness.Init()).Error, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.State(), Is.EqualTo("Ongoing"));
        Assert.That(harness.Markers.Sent, Is.Empty);
        Assert.That(await harness.End(1000, 0), Is.EqualTo((ErrorCode.None, 1000L, (short)1)));
    }

    [Test]
    public async Task A_completion_that_cannot_be_written_is_written_again()
    {
        await using var harness = await Open();
        harness.Markers.Hold();
        await harness.End(1000, 0);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Markers.Release();
        Assert.That(await harness.State(), Is.EqualTo("PrepareCommit"));
        harness.Advance(100);
        harness.Storage.AppendError = ErrorCode.None;
        harness.Advance(100);
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
        Assert.That(harness.Markers.Sent, Has.Count.EqualTo(1));
    }

    /// <summary>At every point where the coordinator can end, the next one brings the transaction to the same end.</summary>
    [Test]
    public async Task A_crash_after_any_record_loses_no_decision([Values] bool commit, [Values(0, 2)] short version)
    {
        await using var whole = await Open(version);
        await whole.End(1000, 0, commit, version);
        var entries = whole.Storage.Entries(0);
        Assert.That(entries, Has.Count.EqualTo(4), "Empty, Ongoing, Prepare, Complete");
        for (var count = 0; count <= entries.Count; count++)
        {
            var storage = new MemoryCoordinatorStorage();
            storage.Entries(0).AddRange(entries.Take(count));
            await using var next = new TransactionHarness(version, storage: storage);
            var expected = count switch
            {
                0 => "",
                1 => "Empty",
                2 => "Ongoing",
                _ => commit ? "CompleteCommit" : "CompleteAbort",
            };
            Assert.That(await next.State(), Is.EqualTo(expected), $"after {count} records");
            Assert.That(next.Markers.Sent, Has.Count.EqualTo(count == 3 ? 1 : 0), $"after {count} records");
        }
    }

    private static async Task<TransactionHarness> Open(short version = 2)
    {
        var harness = new TransactionHarness(version);
        await harness.Init();
        var added = await harness.Add(1000, 0, version, partitions: [TransactionHarness.P0, TransactionHarness.P1]);
        Assert.That(added, Is.EqualTo(ErrorCode.None));
        return harness;
    }
}
