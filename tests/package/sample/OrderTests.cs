using Confluent.Kafka;
using KafkaSharp.Protocol;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Faults;
using NUnit.Framework;

namespace Sample;

public class OrderTests
{
    [Test]
    public async Task An_order_reaches_its_consumer()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 3 } } });

        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await producer.ProduceAsync("orders", new() { Key = "42", Value = "created" });

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "billing",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("orders");
        Assert.That(consumer.Consume(TimeSpan.FromSeconds(20))?.Message.Value, Is.EqualTo("created"));
        consumer.Commit();
        await kafka.Groups.WaitUntilConsumedAsync("billing", "orders");
    }

    [Test]
    public async Task A_lost_response_does_not_create_an_order_twice()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        using var lost = kafka.Faults.Add(new Fault(FaultAction.DropAfter()) { Api = ApiKey.Produce, Count = 1 });

        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers, EnableIdempotence = true }).Build();
        await producer.ProduceAsync("orders", new() { Key = "42", Value = "created" });

        Assert.That(lost.Hits, Is.EqualTo(1));
        Assert.That(await kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }
}
