using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>Fetches of committed records: what they wait for, and the aborted transactions that they list.</summary>
internal sealed class ReadCommittedFetchTests
{
    private LeaderFixture _leader = null!;

    [SetUp]
    public void Start() => _leader = new LeaderFixture();

    [TearDown]
    public ValueTask Stop() => _leader.DisposeAsync();

    [TestCase(ControlRecordType.Commit)]
    [TestCase(ControlRecordType.Abort)]
    public async Task A_read_committed_fetch_waits_for_the_end_of_the_transaction(ControlRecordType end)
    {
        AppendOf(7, 0, isTransactional: true);
        var fetch = _leader.FetchAsync(1, isolation: FetchIsolation.TransactionCommitted);
        var stable = _leader.Partition.Stable.Position;
        AppendOf(7, 1, isTransactional: true);
        _leader.Append();
        Assert.That(_leader.Partition.Stable.Position, Is.EqualTo(stable), "nothing has woken the fetch");
        Assert.That(fetch.IsCompleted, Is.False);
        End(7, end);
        using var result = (await fetch).Single().Lease;
        Assert.That((await fetch)[0].LastStableOffset, Is.EqualTo(4));
        Assert.That((await fetch)[0].AbortedTransactions!.Select(aborted => (aborted.ProducerId, aborted.FirstOffset)),
            Is.EqualTo(end == ControlRecordType.Abort ? [(7L, 0L)] : Array.Empty<(long, long)>()));
    }

    [Test]
    public async Task A_read_committed_fetch_waits_for_the_oldest_transaction()
    {
        AppendOf(7, 0, isTransactional: true);
        AppendOf(8, 0, isTransactional: true);
        var fetch = _leader.FetchAsync(1, isolation: FetchIsolation.TransactionCommitted);
        End(8, ControlRecordType.Commit);
        Assert.That((fetch.IsCompleted, _leader.Partition.Log.LastStableOffset), Is.EqualTo((false, 0L)));
        End(7, ControlRecordType.Commit);
        using var lease = (await fetch)[0].Lease;
        Assert.That((await fetch)[0].LastStableOffset, Is.EqualTo(4));
    }

    [Test]
    public async Task A_read_committed_fetch_waits_for_its_bytes_outside_transactions()
    {
        var size = _leader.Append();
        var fetch = _leader.FetchAsync(3 * size, isolation: FetchIsolation.TransactionCommitted);
        _leader.Append();
        Assert.That(fetch.IsCompleted, Is.False);
        _leader.Append();
        using var lease = (await fetch)[0].Lease;
        Assert.That((await fetch)[0].Records.Length, Is.EqualTo(3 * size));
    }

    [TestCase(1 << 20, Description = "with records")]
    [TestCase(0, Description = "without records")]
    public void A_fetch_that_lists_many_aborted_transactions_responds_at_once_and_reads_no_more_partitions(int maxBytes)
    {
        Abort(4);
        var reader = new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time) { MaxAbortedTransactions = 5 };
        var fetch = FetchCommitted(reader, partitions: 4, maxBytes);
        Assert.That(fetch.IsCompletedSuccessfully);
        using var first = fetch.Result[0].Lease;
        using var second = fetch.Result[1].Lease;
        Assert.That(fetch.Result.Select(result => result.AbortedTransactions!.Count), Is.EqualTo(new[] { 4, 4, 0, 0 }));
        Assert.That(fetch.Result[2].Records.IsEmpty && fetch.Result[3].Records.IsEmpty);
        Assert.That(fetch.Result[2] with { Records = default }, Has.Property("HighWatermark").EqualTo(8).And.Property("LastStableOffset")
            .EqualTo(8).And.Property("LogStartOffset").EqualTo(0));
        Assert.That(
            FetchCommitted(new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time), partitions: 4, maxBytes).IsCompleted, Is.False);
    }

    [Test]
    public void A_waiting_fetch_does_not_keep_the_aborted_transactions_that_it_has_read()
    {
        const int Transactions = 2000;
        Abort(Transactions);
        var reader = new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Task[] waiting = [.. Enumerable.Range(0, 100).Select(_ => FetchCommitted(reader, partitions: 1, maxBytes: 1 << 20))];
        Assert.That(waiting.Select(fetch => fetch.IsCompleted), Is.All.False);
        // Lists would take at least 24 bytes for a transaction, 4.8 MB.
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(1_000_000));
        GC.KeepAlive(waiting);
    }

    private Task<FetchPartitionResult[]> FetchCommitted(FetchReader reader, int partitions, int maxBytes) => reader.ReadAsync(
        LeaderFixture.Named(Enumerable.Range(0, partitions)
            .Select(_ => new FetchPartitionState(new FetchPartitionKey(LeaderFixture.TopicId, null, 0)) { MaxBytes = maxBytes })),
        new FetchParameters(
            TimeSpan.FromSeconds(1), MinBytes: 1 << 20, MaxBytes: 1 << 20, FetchIsolation.TransactionCommitted, HardMaxBytes: false))
        .AsTask();

    private void Abort(int transactions)
    {
        for (var i = 0; i < transactions; i++)
        {
            AppendOf(7, i, isTransactional: true);
            End(7, ControlRecordType.Abort);
        }
    }
    private void AppendOf(long producerId, int sequence, bool isTransactional)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = producerId, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = isTransactional,
        });
        builder.Append(_leader.Time.GetUtcNow().ToUnixTimeMilliseconds(), default, "v"u8, hasKey: false);
        var guard = _leader.Partition.BeginVerification(producerId, sequence, 0, supportsEpochBump: false).Guard;
        Assert.That(_leader.Partition.Append(builder.Build().ToArray(), 1, AppendOrigin.Client, guard: guard).ErrorCode,
            Is.EqualTo(ErrorCode.None));
    }

    private void End(long producerId, ControlRecordType type) => _leader.Partition.Append(
        ControlRecords.EndTransactionBatch(new EndTransactionMarker(type, 0), 0, 0, producerId, 0, 0), -1, AppendOrigin.Coordinator);
}
