using KafkaSharp.Protocol;

namespace KafkaSharp.Testing.Tests;

internal sealed class KafkaTestBrokerTests
{
    [Test]
    public async Task What_is_appended_is_read_with_its_place_and_time()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 3 } } });
        var appended = await kafka.Topics.AppendAsync(
            "orders",
            new TestRecord("a", "1"),
            new TestRecord("b", "2") { Headers = [new("h", [1]), new("n", null)] },
            new TestRecord("a", null));
        var read = await kafka.Topics.ReadAsync("orders");
        Assert.That(read.Select(Shown), Is.EquivalentTo(appended.Select(Shown)));
        Assert.That(read.Single(record => record.KeyText == "b").Headers, Has.Count.EqualTo(2));
        Assert.That(read.Where(record => record.KeyText == "a").Select(record => record.ValueText), Is.EqualTo(new[] { "1", null }));

        static string Shown(TestRecord record) => $"{record} {record.Timestamp:O}";
    }

    [Test]
    public async Task Records_are_read_across_fetches_and_batches()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        for (var batch = 0; batch < 5; batch++)
            await kafka.Topics.AppendAsync("large", new TestRecord { Value = new byte[900_000] }, new TestRecord($"{batch}"));
        var read = await kafka.Topics.ReadAsync("large");
        Assert.That(read.Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(await kafka.Topics.EndOffsetsAsync("large"), Is.EqualTo(new Dictionary<int, long> { [0] = 10 }));
    }

    [Test]
    public async Task The_port_and_the_data_stay_over_a_restart()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        await kafka.Topics.AppendAsync("kept", new TestRecord("before"));
        var address = kafka.BootstrapServers;
        await kafka.RestartAsync();
        await kafka.Topics.AppendAsync("kept", new TestRecord("after"));
        Assert.That(kafka.BootstrapServers, Is.EqualTo(address));
        Assert.That((await kafka.Topics.ReadAsync("kept")).Select(record => record.ValueText), Is.EqualTo(new[] { "before", "after" }));
    }

    [Test]
    public async Task A_stopped_broker_says_that_it_does_not_respond()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        await kafka.StopAsync();
        Assert.That(() => kafka.Topics.ListAsync(), Throws.InstanceOf<KafkaTestException>().With.Message.Contains("did not respond"));
    }

    [Test]
    public async Task Operations_that_kafka_refuses_say_why()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "there" } });
        var again = await Assert.ThrowsAsync<KafkaTestException>(() => kafka.Topics.CreateAsync("there"));
        Assert.That(again!.ErrorCode, Is.EqualTo(ErrorCode.TopicAlreadyExists));
        Assert.That(again!.Message, Does.Contain("TOPIC_ALREADY_EXISTS").And.Contain("there"));
        var absent = await Assert.ThrowsAsync<KafkaTestException>(() => kafka.Topics.DeleteAsync("absent"));
        Assert.That(absent!.ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task Waiting_for_records_that_do_not_come_shows_those_that_did()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        await kafka.Topics.AppendAsync("few", new TestRecord("key", "only"));
        var failure = await Assert.ThrowsAsync<KafkaTestException>(
            () => kafka.Topics.WaitForRecordsAsync("few", 2, TimeSpan.FromMilliseconds(20)));
        Assert.That(failure!.Message, Does.Contain("1 records").And.Contain("key = only"));
    }

    [Test]
    public async Task A_test_can_create_and_delete_topics_without_a_retry()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        for (var round = 0; round < 100; round++)
        {
            await kafka.Topics.CreateAsync("again", partitions: 2);
            await kafka.Topics.AppendAsync("again", new TestRecord("k", $"{round}"));
            Assert.That((await kafka.Topics.ReadAsync("again")).Single().ValueText, Is.EqualTo($"{round}"));
            await kafka.Topics.DeleteAsync("again");
            Assert.That(await kafka.Topics.ListAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task Many_brokers_run_at_once()
    {
        var brokers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => KafkaTestBroker.StartAsync(new() { Topics = { "t" } })));
        await Task.WhenAll(brokers.Select((broker, i) => broker.Topics.AppendAsync("t", new TestRecord($"{i}"))));
        var read = await Task.WhenAll(brokers.Select(broker => broker.Topics.ReadAsync("t")));
        Assert.That(read.Select(records => records.Single().ValueText), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
        foreach (var broker in brokers)
            await broker.DisposeAsync();
    }

    [Test]
    public async Task Records_beyond_the_memory_go_to_a_temporary_folder_that_is_deleted()
    {
        string? folder;
        await using (var kafka = await KafkaTestBroker.StartAsync(new() { MaxMemoryBytes = 1 << 20 }))
        {
            for (var i = 0; i < 8; i++)
                await kafka.Topics.AppendAsync("large", new TestRecord { Value = new byte[500_000] });
            folder = Directory.GetDirectories(Path.GetTempPath(), $"kafkasharp-testing-{Environment.ProcessId}-*").Single();
            Assert.That(await kafka.Topics.ReadAsync("large"), Has.Count.EqualTo(8));
        }
        Assert.That(Directory.Exists(folder), Is.False);
    }

    [Test]
    public async Task The_log_of_the_broker_goes_to_the_output_of_the_test()
    {
        List<string> lines = [];
        await using (await KafkaTestBroker.StartAsync(new() { Output = line => { lock (lines) lines.Add(line); } }))
        {
        }
        Assert.That(lines, Has.Some.Contains("node 1 of cluster"));
    }

    [Test]
    public async Task A_reset_broker_is_as_it_was_at_its_start()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "orders" } });
        await kafka.Topics.AppendAsync("orders", new TestRecord("1"));
        await kafka.Topics.AppendAsync("other", new TestRecord("1"));
        var port = kafka.Port;
        kafka.Connections.Refuse();
        await kafka.ResetAsync();
        using (var producer = Clients.Producer(kafka))
            await producer.ProduceAsync("orders", Clients.Message("2")).WaitAsync(Clients.Patience);
        await kafka.ResetAsync();
        Assert.That(await kafka.Topics.ListAsync(), Is.EqualTo(new[] { "orders" }));
        Assert.That(await kafka.Topics.ReadAsync("orders"), Is.Empty);
        Assert.That(kafka.Port, Is.EqualTo(port));
    }

    [Test]
    public async Task Records_of_the_options_are_there_from_the_start_and_after_a_reset()
    {
        var options = new KafkaTestBrokerOptions { Topics = { { "orders", 3 } } };
        options.Records.Add("orders", new TestRecord("k", "1"), new TestRecord("k", "2"));
        options.Records.Add("large", Enumerable.Range(0, 40).Select(i => new TestRecord { Value = new byte[100_000], Partition = 0 }));
        await using var kafka = await KafkaTestBroker.StartAsync(options);
        await kafka.Topics.AppendAsync("orders", new TestRecord("k", "3"));
        await kafka.ResetAsync();
        Assert.That((await kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(await kafka.Topics.ReadAsync("large"), Has.Count.EqualTo(40));
    }

    [Test]
    public async Task Clients_are_told_the_host_of_the_options()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Host = "localhost" });
        Assert.That(kafka.BootstrapServers, Is.EqualTo($"localhost:{kafka.Port}"));
        using var client = Clients.Producer(kafka);
        using var admin = new Confluent.Kafka.DependentAdminClientBuilder(client.Handle).Build();
        var node = admin.GetMetadata(Clients.Patience).Brokers.Single();
        Assert.That($"{node.Host}:{node.Port}", Is.EqualTo(kafka.BootstrapServers));
    }

    [Test]
    public async Task Another_broker_starts_from_a_saved_state_and_goes_its_own_way()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"kafkasharp-saved-{Guid.NewGuid():N}");
        try
        {
            await using var first = await KafkaTestBroker.StartAsync();
            await first.Topics.AppendAsync("orders", new TestRecord("saved"));
            await first.SaveAsync(folder);
            await first.Topics.AppendAsync("orders", new TestRecord("later"));
            await using var second = await KafkaTestBroker.StartAsync(new() { DataFolder = folder });
            await using var third = await KafkaTestBroker.StartAsync(new() { DataFolder = folder });
            await second.Topics.AppendAsync("orders", new TestRecord("second"));
            Assert.That(await ValuesAsync(first), Is.EqualTo(new[] { "saved", "later" }));
            Assert.That(await ValuesAsync(second), Is.EqualTo(new[] { "saved", "second" }));
            Assert.That(await ValuesAsync(third), Is.EqualTo(new[] { "saved" }));
            Assert.That(async () => await second.SaveAsync(folder), Throws.InstanceOf<IOException>().With.Message.Contains("not empty"));
            Assert.That(await ValuesAsync(second), Is.EqualTo(new[] { "saved", "second" }));
            await second.ResetAsync();
            Assert.That(await ValuesAsync(second), Is.EqualTo(new[] { "saved" }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IEnumerable<string?>> ValuesAsync(KafkaTestBroker kafka) =>
        (await kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText);
}
