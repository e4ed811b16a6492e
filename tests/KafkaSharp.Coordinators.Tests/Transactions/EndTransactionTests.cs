using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Transactions;

/// <summary>EndTxn in every state, for both versions of transactions: the table of KIP-890.</summary>
internal sealed class EndTransactionTests
{
    private const long Producer = 1000;

    // In version 2 the states after a transaction are reached with epoch 1; the request before it, repeated, has epoch 0.
    [TestCase("Empty", true, (short)0, ErrorCode.InvalidTxnState, (short)-1)]
    [TestCase("Empty", false, (short)0, ErrorCode.None, (short)1)]
    [TestCase("Empty", true, (short)-1, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("Empty", false, (short)-1, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("Empty", false, (short)1, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("Ongoing", true, (short)0, ErrorCode.None, (short)1)]
    [TestCase("Ongoing", false, (short)0, ErrorCode.None, (short)1)]
    [TestCase("Ongoing", true, (short)1, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("Ongoing", false, (short)-1, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("PrepareCommit", true, (short)0, ErrorCode.ConcurrentTransactions, (short)-1)]
    [TestCase("PrepareCommit", false, (short)1, ErrorCode.ConcurrentTransactions, (short)-1)]
    [TestCase("PrepareAbort", false, (short)0, ErrorCode.ConcurrentTransactions, (short)-1)]
    [TestCase("PrepareAbort", true, (short)1, ErrorCode.ConcurrentTransactions, (short)-1)]
    [TestCase("CompleteCommit", true, (short)0, ErrorCode.None, (short)1)]
    [TestCase("CompleteCommit", false, (short)0, ErrorCode.InvalidTxnState, (short)-1)]
    [TestCase("CompleteCommit", true, (short)1, ErrorCode.InvalidTxnState, (short)-1)]
    [TestCase("CompleteCommit", false, (short)1, ErrorCode.None, (short)2)]
    [TestCase("CompleteCommit", true, (short)2, ErrorCode.ProducerFenced, (short)-1)]
    [TestCase("CompleteAbort", true, (short)0, ErrorCode.InvalidTxnState, (short)-1)]
    [TestCase("CompleteAbort", false, (short)0, ErrorCode.None, (short)1)]
    [TestCase("CompleteAbort", true, (short)1, ErrorCode.InvalidTxnState, (short)-1)]
    [TestCase("CompleteAbort", false, (short)1, ErrorCode.None, (short)2)]
    [TestCase("CompleteAbort", false, (short)-1, ErrorCode.ProducerFenced, (short)-1)]
    public async Task Version_2(string state, bool commit, short epoch, ErrorCode expected, short newEpoch)
    {
        await using var harness = await In(state, version: 2);
        var writtenBefore = harness.Storage.Entries(0).Count;
        var result = await harness.End(Producer, epoch, commit);
        Assert.That(result, Is.EqualTo((expected, newEpoch < 0 ? -1 : Producer, newEpoch)));
        if (expected != ErrorCode.None)
            Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(writtenBefore));
    }

    [TestCase("Empty", true, ErrorCode.InvalidTxnState)]
    [TestCase("Empty", false, ErrorCode.InvalidTxnState)]
    [TestCase("Ongoing", true, ErrorCode.None)]
    [TestCase("Ongoing", false, ErrorCode.None)]
    [TestCase("PrepareCommit", true, ErrorCode.ConcurrentTransactions)]
    [TestCase("PrepareCommit", false, ErrorCode.ConcurrentTransactions)]
    [TestCase("PrepareAbort", true, ErrorCode.ConcurrentTransactions)]
    [TestCase("PrepareAbort", false, ErrorCode.ConcurrentTransactions)]
    [TestCase("CompleteCommit", true, ErrorCode.None)]
    [TestCase("CompleteCommit", false, ErrorCode.InvalidTxnState)]
    [TestCase("CompleteAbort", true, ErrorCode.InvalidTxnState)]
    [TestCase("CompleteAbort", false, ErrorCode.None)]
    public async Task Before_version_2(string state, bool commit, ErrorCode expected)
    {
        foreach (var cluster in new short[] { 0, 1, 2 })
        {
            await using var harness = await In(state, version: 0, cluster);
            foreach (var epoch in new short[] { -1, 1 })
                Assert.That((await harness.End(Producer, epoch, commit, version: 0)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
            Assert.That((await harness.End(Producer + 1, 0, commit, version: 0)).Error, Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
            var (error, _, _) = await harness.End(Producer, 0, commit, version: 0);
            Assert.That(error, Is.EqualTo(expected), $"version {cluster} of the cluster");
            Assert.That((await harness.Describe()).ProducerEpoch, Is.EqualTo(0), "The epoch stays");
        }
    }

    [TestCase((short)0)]
    [TestCase((short)2)]
    public async Task An_unknown_id_another_producer_and_an_empty_id_are_refused(short version)
    {
        await using var harness = await In("Ongoing", version);
        Assert.That((await harness.End(Producer, 0, version: version, id: "unknown")).Error,
            Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
        Assert.That((await harness.End(Producer, 0, version: version, id: "")).Error, Is.EqualTo(ErrorCode.InvalidRequest));
        Assert.That((await harness.End(7, 0, version: version)).Error, Is.EqualTo(ErrorCode.InvalidProducerIdMapping));
    }

    [Test]
    public async Task An_abort_without_partitions_gives_a_new_epoch_and_needs_no_markers()
    {
        await using var harness = await In("Empty", version: 2);
        Assert.That(await harness.End(Producer, 0, commit: false), Is.EqualTo((ErrorCode.None, Producer, (short)1)));
        Assert.That(harness.Markers.Sent, Is.Empty);
        Assert.That(await harness.State(), Is.EqualTo("CompleteAbort"));
        Assert.That(harness.Written.Select(t => t!.State), Is.EqualTo(
            new[] { TransactionState.Empty, TransactionState.PrepareAbort, TransactionState.CompleteAbort }));
        Assert.That(harness.Written.Last()!.StartMs, Is.EqualTo(harness.NowMs));
    }

    [Test]
    public async Task A_client_of_version_2_is_refused_by_a_cluster_of_version_0_and_does_not_block_the_id()
    {
        await using var harness = await In("Ongoing", version: 0, cluster: 0);
        Assert.That((await harness.End(Producer, 0)).Error, Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That(await harness.Add(Producer, 0, 2, partitions: TransactionHarness.P1), Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That((await harness.End(Producer, 0, version: 0)).Error, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_transaction_of_version_2_ends_after_the_cluster_was_set_to_version_0()
    {
        await using var harness = await In("Ongoing", version: 2);
        harness.Markers.Hold();
        Assert.That((await harness.End(Producer, 0)).Error, Is.EqualTo(ErrorCode.None));
        harness.SetVersion(0);
        harness.Markers.Release();
        Assert.That(await harness.State(), Is.EqualTo("CompleteCommit"));
        harness.Reload();
        Assert.That((await harness.Describe()).ProducerEpoch, Is.EqualTo(1));
    }

    /// <summary>A coordinator with one id in a state, reached by requests of a client of the version.</summary>
    private static async Task<TransactionHarness> In(string state, short version, short? cluster = null)
    {
        var harness = new TransactionHarness(cluster ?? version);
        await harness.Init();
        if (state == "Empty")
            return harness;
        Assert.That(await harness.Add(Producer, 0, version), Is.EqualTo(ErrorCode.None));
        if (state != "Ongoing")
        {
            if (state.StartsWith("Prepare", StringComparison.Ordinal))
                harness.Markers.Hold();
            Assert.That((await harness.End(Producer, 0, state.EndsWith("Commit", StringComparison.Ordinal), version)).Error,
                Is.EqualTo(ErrorCode.None));
        }
        Assert.That(await harness.State(), Is.EqualTo(state));
        return harness;
    }
}
