using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Anomalies;

/// <summary>
/// The schedules of the anomalies that are known of Kafka's transactions. A request that arrives late is one that the test sends late.
/// Where the defence can be disabled, or the client is too old for it, the same schedule has the anomaly, here as in Apache Kafka: that
/// shows that the schedule is the right one. Where two things happen at once inside the broker, the tests are in
/// <c>KafkaSharp.Broker.Tests/Transactions</c> (a marker between the verification of a write and the write) and in
/// <c>KafkaSharp.Coordinators.Tests/Transactions</c> (epochs).
/// </summary>
internal sealed class KnownAnomaliesTests
{
    private const short Last = short.MaxValue - 1;
    private const string Group = "group";
    private const short Current = 12;

    private static TopicPartition A => AnomalyBroker.A;

    private static TopicPartition B => AnomalyBroker.B;

    /// <summary>1. A write arrives after the abort: it must not begin a transaction that nobody ends.</summary>
    [TestCase((short)9, ErrorCode.InvalidTxnState)]
    [TestCase((short)10, ErrorCode.InvalidTxnState)]
    [TestCase((short)11, ErrorCode.TransactionAbortable)]
    [TestCase(Current, ErrorCode.InvalidProducerEpoch)]
    public async Task A_write_after_the_abort_is_refused(short version, ErrorCode expected)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        Assert.That(await WriteAfterEndAsync(broker, version, commit: false), Is.EqualTo(expected));
        Assert.That(await broker.OpenAsync(), Is.Empty);
        Assert.That(await broker.CommittedAsync(A), Is.Empty);
    }

    [Test]
    public async Task Without_verification_a_write_after_the_abort_holds_readers_back_for_ever()
    {
        await using var broker = await AnomalyBroker.StartAsync(verifies: false);
        Assert.That(await WriteAfterEndAsync(broker, 11, commit: false), Is.EqualTo(ErrorCode.None));
        Assert.That(await broker.OpenAsync(), Is.EqualTo(new[] { $"{A} is stable up to 2 of 3" }));
    }

    /// <summary>
    /// 2. A late write of an old transaction enters the next one of its producer. Its partition may know the epoch of the next one already,
    /// or not yet, because nothing of the transactions has been written there.
    /// </summary>
    [Test]
    public async Task A_late_write_does_not_enter_the_next_transaction([Values] bool arrivesFirst)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var requests = await broker.ProducerAsync("id");
        var old = await requests.InitAsync();
        Assert.That(await requests.ProduceAsync(Current, old, B, 0, 1), Is.EqualTo(ErrorCode.None));
        var (error, next) = await requests.EndAsync(5, old, commit: false);
        Assert.That((error, next), Is.EqualTo((ErrorCode.None, old with { Epoch = 1 })));

        if (!arrivesFirst)
            Assert.That(await requests.ProduceAsync(Current, next, A, 0, 2), Is.EqualTo(ErrorCode.None));
        Assert.That(await requests.ProduceAsync(Current, old, A, 0, 3), Is.EqualTo(ErrorCode.InvalidProducerEpoch), "the late write");
        if (arrivesFirst)
            Assert.That(await requests.ProduceAsync(Current, next, A, 0, 2), Is.EqualTo(ErrorCode.None));
        Assert.That((await requests.EndAsync(5, next, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(new[] { 2 }));
        Assert.That(await broker.CommittedAsync(B), Is.Empty);
    }

    /// <summary>
    /// A client from before KIP-890 has one epoch for all its transactions: only one that begins a new epoch after each request whose
    /// response it has not seen is safe (KIP-360).
    /// </summary>
    [TestCase(false, ErrorCode.None)]
    [TestCase(true, ErrorCode.InvalidProducerEpoch)]
    public async Task An_older_client_must_begin_a_new_epoch_to_keep_its_late_write_out(bool beginsEpoch, ErrorCode expected)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var requests = await broker.ProducerAsync("id");
        var old = await requests.InitAsync();
        Assert.That(await requests.AddPartitionAsync(old, A), Is.EqualTo(ErrorCode.None));
        Assert.That((await requests.EndAsync(4, old, commit: false)).Error, Is.EqualTo(ErrorCode.None));
        var next = beginsEpoch ? await requests.InitAsync(old) : old;
        Assert.That(await requests.AddPartitionAsync(next, A), Is.EqualTo(ErrorCode.None));

        Assert.That(await requests.ProduceAsync(11, old, A, 0, 3), Is.EqualTo(expected), "the late write");
        if (beginsEpoch)
            Assert.That(await requests.ProduceAsync(11, next, A, 0, 2), Is.EqualTo(ErrorCode.None));
        Assert.That((await requests.EndAsync(4, next, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(new[] { beginsEpoch ? 2 : 3 }));
    }

    /// <summary>3. A zombie commits an offset: a producer that another one with its transactional id has replaced.</summary>
    [TestCase((short)3)]
    [TestCase((short)4)]
    [TestCase((short)5)]
    public async Task A_zombie_does_not_commit_an_offset(short version)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var requests = await broker.ProducerAsync("id");
        await GroupMember.FindCoordinatorAsync(broker.Connection, Group);
        var zombie = await requests.InitAsync();
        await CommitOffsetAsync(requests, version, zombie, 1);

        var successor = await requests.InitAsync();
        Assert.That(successor.Epoch, Is.GreaterThan(zombie.Epoch));
        Assert.That(
            await requests.CommitOffsetAsync(version, zombie, Group, AnomalyBroker.Input, 2), Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        await CommitOffsetAsync(requests, version, successor, 5);
        Assert.That(
            await requests.CommitOffsetAsync(version, zombie, Group, AnomalyBroker.Input, 3), Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That((await requests.EndAsync(version, successor, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        Assert.That((await requests.EndAsync(version, zombie, commit: true)).Error, Is.EqualTo(ErrorCode.ProducerFenced));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedOffsetAsync(Group), Is.EqualTo(5));
    }

    /// <summary>The same where each member has a transactional id of its own, as in Kafka Streams: the group fences it (KIP-447).</summary>
    [TestCase((short)3)]
    [TestCase((short)5)]
    public async Task A_member_that_has_lost_its_partitions_does_not_commit_an_offset(short version)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var zombies = await broker.ProducerAsync("zombie");
        var successors = await broker.ProducerAsync("successor");
        var member = await GroupMember.JoinAsync(broker.Connection, Group);
        var zombie = await zombies.InitAsync();
        var successor = await successors.InitAsync();
        await CommitOffsetAsync(zombies, version, zombie, 1, member);

        await member.LeaveAsync();
        var replacement = await GroupMember.JoinAsync(broker.Connection, Group);
        Assert.That(replacement.Generation, Is.GreaterThan(member.Generation));
        Assert.That(
            await zombies.CommitOffsetAsync(version, zombie, Group, AnomalyBroker.Input, 2, member.Generation, member.Id),
            Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(
            await zombies.CommitOffsetAsync(version, zombie, Group, AnomalyBroker.Input, 2, member.Generation, replacement.Id),
            Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That((await zombies.EndAsync(version, zombie, commit: false)).Error, Is.EqualTo(ErrorCode.None));
        await CommitOffsetAsync(successors, version, successor, 5, replacement);
        Assert.That((await successors.EndAsync(version, successor, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedOffsetAsync(Group), Is.EqualTo(5));
    }

    /// <summary>4. A marker overtakes a write of its transaction: the write must not begin another one.</summary>
    [TestCase((short)9, ErrorCode.InvalidTxnState)]
    [TestCase((short)11, ErrorCode.TransactionAbortable)]
    [TestCase(Current, ErrorCode.InvalidProducerEpoch)]
    public async Task A_write_that_its_marker_has_overtaken_is_refused(short version, ErrorCode expected)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        Assert.That(await WriteAfterEndAsync(broker, version, commit: true), Is.EqualTo(expected));
        Assert.That(await broker.OpenAsync(), Is.Empty);
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(new[] { 1 }), "what was written before the marker");
    }

    [Test]
    public async Task Without_verification_a_write_that_its_marker_has_overtaken_holds_readers_back_for_ever()
    {
        await using var broker = await AnomalyBroker.StartAsync(verifies: false);
        Assert.That(await WriteAfterEndAsync(broker, 11, commit: true), Is.EqualTo(ErrorCode.None));
        Assert.That(await broker.OpenAsync(), Is.EqualTo(new[] { $"{A} is stable up to 2 of 3" }));
    }

    /// <summary>
    /// The other way round: a marker of a transaction arrives once more, in the middle of the next one. Before KIP-890 both have one epoch,
    /// and nothing distinguishes it from the marker of the next transaction.
    /// </summary>
    [TestCase((sbyte)2, ErrorCode.InvalidProducerEpoch)]
    [TestCase((sbyte)1, ErrorCode.None)]
    public async Task A_late_marker_does_not_end_the_next_transaction_of_another_epoch(sbyte transactionVersion, ErrorCode expected)
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var requests = await broker.ProducerAsync("id");
        var first = await requests.InitAsync();
        Assert.That(await requests.ProduceAsync(Current, first, A, 0, 1), Is.EqualTo(ErrorCode.None));
        var (_, second) = await requests.EndAsync(5, first, commit: true);
        Assert.That(await requests.ProduceAsync(Current, second, A, 0, 2), Is.EqualTo(ErrorCode.None));

        // The marker of the first transaction has the epoch that the second one begins with.
        Assert.That(await requests.WriteMarkerAsync(second, A, commit: true, transactionVersion), Is.EqualTo(expected));
        Assert.That((await requests.EndAsync(5, second, commit: false)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(expected == ErrorCode.None ? new[] { 1, 2 } : [1]));
    }

    /// <summary>
    /// 5. An epoch overflows: the producer gets another id, and what it has sent with the last epochs of the old one is refused.
    /// </summary>
    [Test]
    public async Task After_the_last_epoch_a_transaction_continues_with_another_producer_id()
    {
        await using var broker = await AnomalyBroker.StartAsync();
        var before = new ProducerIdentity(1 << 20, Last - 1);
        await broker.HasProducerAsync("id", before);
        var requests = await broker.ProducerAsync("id");
        var last = await requests.InitAsync();
        Assert.That(last, Is.EqualTo(before with { Epoch = Last }));
        Assert.That(await requests.ProduceAsync(Current, before, A, 0, 1), Is.EqualTo(ErrorCode.InvalidProducerEpoch), "the one before");
        Assert.That(await requests.ProduceAsync(Current, last, A, 0, 2), Is.EqualTo(ErrorCode.None));
        var (error, next) = await requests.EndAsync(5, last, commit: true);
        Assert.That((error, next.Epoch), Is.EqualTo((ErrorCode.None, (short)0)));
        Assert.That(next.Id, Is.Not.EqualTo(last.Id));
        Assert.That(await requests.EndAsync(5, last, commit: true), Is.EqualTo((error, next)), "the response was lost");

        Assert.That(await requests.ProduceAsync(Current, next, A, 0, 3), Is.EqualTo(ErrorCode.None));
        Assert.That(await requests.ProduceAsync(Current, last, A, 1, 4), Is.EqualTo(ErrorCode.InvalidProducerEpoch), "a late write");
        Assert.That(await requests.ProduceAsync(Current, last, B, 0, 5), Is.EqualTo(ErrorCode.InvalidProducerIdMapping), "elsewhere");
        Assert.That((await requests.EndAsync(5, next, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(await broker.CommittedAsync(B), Is.Empty);
    }

    /// <summary>Another instance begins while a transaction of the last epoch is open: the one that is kept back fences it.</summary>
    [Test]
    public async Task An_open_transaction_of_the_last_epoch_is_fenced()
    {
        await using var broker = await AnomalyBroker.StartAsync();
        await broker.HasProducerAsync("id", new ProducerIdentity(1 << 20, Last - 1));
        var requests = await broker.ProducerAsync("id");
        var last = await requests.InitAsync();
        Assert.That(await requests.ProduceAsync(Current, last, A, 0, 1), Is.EqualTo(ErrorCode.None));

        var successor = await requests.InitAsync();
        Assert.That((successor.Id == last.Id, successor.Epoch), Is.EqualTo((false, (short)1)), "0 is that of the abort");
        Assert.That(await requests.ProduceAsync(Current, last, A, 1, 2), Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(await requests.ProduceAsync(Current, successor, A, 0, 3), Is.EqualTo(ErrorCode.None));
        Assert.That((await requests.EndAsync(5, successor, commit: true)).Error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        Assert.That(await broker.CommittedAsync(A), Is.EqualTo(new[] { 3 }));
    }

    /// <summary>Writes 1, ends the transaction, and then writes 2, which the client has sent before.</summary>
    private static async Task<ErrorCode> WriteAfterEndAsync(AnomalyBroker broker, short version, bool commit)
    {
        var requests = await broker.ProducerAsync("id");
        var producer = await requests.InitAsync();
        if (version < Current)
            Assert.That(await requests.AddPartitionAsync(producer, A), Is.EqualTo(ErrorCode.None));
        Assert.That(await requests.ProduceAsync(version, producer, A, 0, 1), Is.EqualTo(ErrorCode.None));
        var (error, _) = await requests.EndAsync((short)(version < Current ? 4 : 5), producer, commit);
        Assert.That(error, Is.EqualTo(ErrorCode.None));
        await broker.EndsAsync();
        return await requests.ProduceAsync(version, producer, A, 1, 2);
    }

    private static async Task CommitOffsetAsync(
        TransactionRequests requests, short version, ProducerIdentity producer, long offset, GroupMember? member = null)
    {
        if (version < 5)
            Assert.That(await requests.AddGroupAsync(producer, Group), Is.EqualTo(ErrorCode.None));
        Assert.That(
            await requests.CommitOffsetAsync(
                version, producer, Group, AnomalyBroker.Input, offset, member?.Generation ?? -1, member?.Id ?? ""),
            Is.EqualTo(ErrorCode.None));
    }
}
