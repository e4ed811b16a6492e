using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>What a broker logs for its operator at start, and how often.</summary>
internal sealed class OperatorMessagesTests
{
    [Test]
    public async Task Advertised_addresses_that_differ_from_the_bound_ones_are_logged()
    {
        await using var broker = await TestBroker.StartAsync(("advertised.listeners", "PLAINTEXT://kafka.example:19092"));

        Assert.That(broker.Log.InformationLines, Has.One.EqualTo(
            "Clients get the addresses PLAINTEXT://kafka.example:19092 to connect to"));
    }

    [Test]
    public async Task Advertised_addresses_that_are_the_bound_ones_are_not_logged()
    {
        await using var broker = await TestBroker.StartAsync();

        Assert.That(broker.Log.Lines, Has.None.StartsWith("Clients get"));
    }

    [TestCase((sbyte)0, "__consumer_offsets", "offsets.topic.replication.factor")]
    [TestCase((sbyte)1, "__transaction_state", "transaction.state.log.replication.factor")]
    public async Task A_replication_factor_that_one_node_cannot_satisfy_is_logged_once_with_its_remedy(
        sbyte keyType, string topic, string key)
    {
        await using var broker = await TestBroker.StartAsync((key, "3"));
        using var client = await broker.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            var request = new FindCoordinatorRequest { KeyType = keyType, CoordinatorKeys = ["k"] };
            var response = await client.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(request, 6);
            Assert.That(response.Coordinators.Single().ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        }

        var line = broker.Log.Warnings.Single(text => text.Contains(topic, StringComparison.Ordinal));
        Assert.That(line, Does.Contain($"{key} is 3: set it to at most the number of brokers, which is 1 for a single node"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Recovery_is_logged_only_after_a_stop_that_was_not_in_order(bool inOrder)
    {
        var files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        await using (var broker = await TestBroker.StartAsync(files))
        {
            using var client = await broker.ConnectAsync();
            await client.SendAsync<CreateTopicsRequest, CreateTopicsResponse>(
                new CreateTopicsRequest
                {
                    TimeoutMs = 30_000, Topics = [new() { Name = "t", NumPartitions = 3, ReplicationFactor = 1 }],
                },
                7);
        }
        if (!inOrder)
            files.DeleteFile("/data/.kafka_cleanshutdown");

        await using var again = await TestBroker.StartAsync(files);

        var recovers = again.Log.InformationLines.Any(line => line.StartsWith("Recovering segment", StringComparison.Ordinal));
        Assert.That(recovers, Is.EqualTo(!inOrder));
    }
}
