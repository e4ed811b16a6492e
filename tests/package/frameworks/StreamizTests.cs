using KafkaSharp.Testing;
using NUnit.Framework;
using Streamiz.Kafka.Net;
using Streamiz.Kafka.Net.SerDes;
using Streamiz.Kafka.Net.Table;

namespace Frameworks;

public class StreamizTests
{
    [Test]
    public async Task A_stream_counts_the_orders_of_each_customer()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 2 }, "order-counts" } });
        await kafka.Topics.AppendAsync("orders", new TestRecord("ann", "tea"), new TestRecord("bob", "cup"), new TestRecord("ann", "pot"));

        var topology = new StreamBuilder();
        topology.Stream<string, string>("orders")
            .GroupByKey()
            .Count(InMemory.As<string, long>("counts"))
            .ToStream()
            .MapValues((count, _) => count.ToString())
            .To<StringSerDes, StringSerDes>("order-counts");
        var stream = new KafkaStream(topology.Build(), new StreamConfig<StringSerDes, StringSerDes>
        {
            ApplicationId = "counter",
            BootstrapServers = kafka.BootstrapServers,
            AutoOffsetReset = Confluent.Kafka.AutoOffsetReset.Earliest,
            CommitIntervalMs = 100,
            StateDir = Path.Combine(Path.GetTempPath(), $"streamiz-{Environment.ProcessId}"),
        });
        await stream.StartAsync();
        try
        {
            await kafka.Groups.WaitUntilConsumedAsync("counter", "orders", TimeSpan.FromSeconds(30));
            var counts = await kafka.Topics.ReadAsync("order-counts");
            Assert.That(counts.Last(record => record.KeyText == "ann").ValueText, Is.EqualTo("2"));
            Assert.That(counts.Last(record => record.KeyText == "bob").ValueText, Is.EqualTo("1"));
        }
        finally
        {
            stream.Dispose();
        }
    }
}
