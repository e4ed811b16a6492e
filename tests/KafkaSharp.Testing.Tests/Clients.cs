using Confluent.Kafka;

namespace KafkaSharp.Testing.Tests;

/// <summary>Clients of Confluent.Kafka with short times.</summary>
internal static class Clients
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IProducer<string, string> Producer(KafkaTestBroker kafka, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            ClientId = "producer",
            LingerMs = 0,
            RetryBackoffMs = 1,
            RetryBackoffMaxMs = 10,
            ReconnectBackoffMs = 1,
            ReconnectBackoffMaxMs = 10,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
    }

    public static IConsumer<string, string> Consumer(KafkaTestBroker kafka, string group, Action<ConsumerConfig>? configure = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            ClientId = "consumer",
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            RetryBackoffMs = 1,
            ReconnectBackoffMs = 1,
            ReconnectBackoffMaxMs = 10,
        };
        configure?.Invoke(config);
        return new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Consumes so many records, or fails.</summary>
    public static List<ConsumeResult<string, string>> Take(this IConsumer<string, string> consumer, int count)
    {
        List<ConsumeResult<string, string>> results = [];
        while (results.Count < count)
            results.Add(consumer.Consume(Patience) ?? throw new AssertionException($"{results.Count} of {count} records came"));
        return results;
    }

    public static Message<string, string> Message(string value) => new() { Key = "k", Value = value };
}
