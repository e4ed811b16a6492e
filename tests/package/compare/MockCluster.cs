using Confluent.Kafka;

namespace Compare;

/// <summary>The mock cluster of librdkafka, which lives in a client.</summary>
internal sealed class MockCluster : ITestedBroker
{
    private readonly IProducer<Null, string> _owner;

    public MockCluster()
    {
        var config = new ProducerConfig { BootstrapServers = "unused:1" };
        config.Set("test.mock.num.brokers", "1");
        _owner = new ProducerBuilder<Null, string>(config).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
        var node = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        BootstrapServers = $"{node.Host}:{node.Port}";
    }

    public string BootstrapServers { get; }

    public int? ProcessId => null;

    public ValueTask DisposeAsync()
    {
        _owner.Dispose();
        return ValueTask.CompletedTask;
    }
}
