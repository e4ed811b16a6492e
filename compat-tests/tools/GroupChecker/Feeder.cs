using Confluent.Kafka;

namespace GroupChecker;

/// <summary>Produces to each partition in turn.</summary>
internal static class Feeder
{
    /// <summary>Some hundred records a second until the process is killed.</summary>
    public static void Run(string bootstrap)
    {
        using var producer = Producer(bootstrap);
        while (true)
        {
            Produce(producer, perPartition: 2);
            Thread.Sleep(20);
        }
    }

    public static IProducer<Null, string> Producer(string bootstrap) =>
        new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = bootstrap, EnableIdempotence = true, LingerMs = 1, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    public static void Produce(IProducer<Null, string> producer, int perPartition)
    {
        for (var i = 0; i < perPartition; i++)
        {
            foreach (var partition in RolledTopic.All)
                producer.Produce(partition, new Message<Null, string> { Value = "x" });
        }
        producer.Flush(TimeSpan.FromSeconds(60));
    }
}
