using Confluent.Kafka;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Testing.Tests;

/// <summary>Transactions of Confluent.Kafka as a test sees and disturbs them.</summary>
internal sealed class TransactionTests
{
    private KafkaTestBroker _kafka = null!;

    [SetUp]
    public async Task StartAsync() => _kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 1 } } });

    [TearDown]
    public async Task StopAsync() => await _kafka.DisposeAsync();

    [Test]
    public async Task An_open_transaction_is_shown_with_what_it_holds()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("before"));
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("open"));

        var transaction = (await _kafka.Transactions.ListAsync()).Single();
        Assert.That((transaction.TransactionalId, transaction.State, transaction.IsOpen), Is.EqualTo(("shop", "Ongoing", true)));
        Assert.That(transaction.Partitions, Is.EqualTo(new[] { ("orders", 0) }));
        Assert.That(transaction.Started, Is.Not.Null);
        var holder = (await _kafka.Transactions.OpenInAsync("orders")).Single();
        Assert.That((holder.FirstOffset, holder.TransactionalId, holder.ProducerId), Is.EqualTo((1L, "shop", transaction.ProducerId)));
        Assert.That((await _kafka.Topics.ReadAsync("orders", onlyCommitted: true)).Count, Is.EqualTo(1));

        producer.CommitTransaction(Clients.Patience);
        var ended = await _kafka.Transactions.WaitUntilEndedAsync("shop");
        Assert.That((ended.State, ended.Started), Is.EqualTo(("CompleteCommit", (DateTimeOffset?)null)));
        Assert.That(await _kafka.Transactions.OpenInAsync("orders"), Is.Empty);
        Assert.That((await _kafka.Topics.ReadAsync("orders", onlyCommitted: true)).Count, Is.EqualTo(2));
    }

    [Test]
    public async Task An_aborted_transaction_is_read_by_nobody_who_reads_committed_records()
    {
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("aborted"));
        producer.AbortTransaction(Clients.Patience);
        await _kafka.Transactions.WaitUntilEndedAsync("shop");
        Assert.That(await _kafka.Topics.ReadAsync("orders", onlyCommitted: true), Is.Empty);
        Assert.That((await _kafka.Topics.ReadAsync("orders", onlyCommitted: false)).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_fenced_producer_learns_it_and_its_transaction_is_aborted()
    {
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("lost"));
        await _kafka.Transactions.FenceProducerAsync("shop");

        Assert.That(
            () => producer.CommitTransaction(Clients.Patience),
            Throws.InstanceOf<KafkaException>().With.Property("Error").Property("IsFatal").True
                .And.Property("Error").Property("Code").EqualTo(Confluent.Kafka.ErrorCode.Local_Fenced));
        Assert.That(await _kafka.Topics.ReadAsync("orders", onlyCommitted: true), Is.Empty);
        Assert.That((await _kafka.Transactions.OpenInAsync("orders")).Count, Is.Zero);
    }

    [Test]
    public async Task An_explanation_names_the_transaction_that_holds_a_consumer()
    {
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("open"));
        Assert.That(
            await _kafka.Groups.ExplainAsync("g", "orders"),
            Does.Contain("orders-0 has an open transaction from offset 0 on, of transactional id shop").And.Contain("read_committed"));
    }

    [Test]
    public async Task A_transaction_that_exceeds_its_timeout_is_aborted_when_the_clock_is_advanced()
    {
        var clock = new TestClock(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = clock, Topics = { { "orders", 1 } } });
        using var producer = Begin("shop", kafka);
        await producer.ProduceAsync("orders", Clients.Message("late"));
        clock.Advance(TimeSpan.FromMinutes(2));
        var ended = await kafka.Transactions.WaitUntilEndedAsync("shop");
        Assert.That(ended.State, Is.EqualTo("CompleteAbort"));
        Assert.That(() => producer.CommitTransaction(Clients.Patience), Throws.InstanceOf<KafkaException>());
        Assert.That(await kafka.Topics.ReadAsync("orders", onlyCommitted: true), Is.Empty);
    }

    [Test]
    public async Task A_commit_whose_response_is_lost_commits_once()
    {
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("once"));
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.DropAfter()) { Api = Protocol.ApiKey.EndTxn, Count = 1 });
        producer.CommitTransaction(Clients.Patience);
        Assert.That(fault.Hits, Is.EqualTo(1));
        Assert.That((await _kafka.Topics.SingleAsync("orders", "k")).ValueText, Is.EqualTo("once"));
    }

    [Test]
    public async Task An_open_transaction_continues_after_a_restart()
    {
        using var producer = Begin("shop");
        await producer.ProduceAsync("orders", Clients.Message("kept"));
        await _kafka.RestartAsync();
        Assert.That((await _kafka.Transactions.DescribeAsync("shop"))!.State, Is.EqualTo("Ongoing"));
        producer.CommitTransaction(Clients.Patience);
        Assert.That((await _kafka.Topics.SingleAsync("orders", "k")).ValueText, Is.EqualTo("kept"));
    }

    [Test]
    public async Task What_does_not_exist_is_said()
    {
        Assert.That(await _kafka.Transactions.ListAsync(), Is.Empty);
        Assert.That(await _kafka.Transactions.DescribeAsync("none"), Is.Null);
        Assert.That(await _kafka.Transactions.OpenInAsync("absent"), Is.Empty);
        Assert.That(
            async () => await _kafka.Transactions.FenceProducerAsync("none"),
            Throws.InstanceOf<KafkaTestException>().With.Message.Contains("No producer has used transactional id none"));
    }

    private IProducer<string, string> Begin(string transactionalId, KafkaTestBroker? kafka = null)
    {
        var producer = Clients.Producer(kafka ?? _kafka, config => config.TransactionalId = transactionalId);
        producer.InitTransactions(Clients.Patience);
        producer.BeginTransaction();
        return producer;
    }
}
