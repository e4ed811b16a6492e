using KafkaSharp.Testing;

namespace Compare;

/// <summary>KafkaSharp.Testing.</summary>
internal sealed class InProcessBroker(KafkaTestBroker broker) : ITestedBroker
{
    public string BootstrapServers => broker.BootstrapServers;

    public int? ProcessId => null;

    public static async Task<InProcessBroker> StartAsync() => new(await KafkaTestBroker.StartAsync());

    public ValueTask DisposeAsync() => broker.DisposeAsync();
}
