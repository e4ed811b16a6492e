using System.Diagnostics;
using System.Globalization;
using System.Net;
using HostileClients.Records;
using HostileClients.Requests;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>Connections that each wait with a fetch on one partition, and one small batch that wakes them all.</summary>
internal sealed class WaitingFetches : IAttack
{
    private readonly BrokerConnection _producer;
    private readonly List<BrokerConnection> _waiting = [];
    private readonly RequestFrame _produce;

    public WaitingFetches(IPEndPoint broker, string topic, int count)
    {
        _producer = new BrokerConnection(broker);
        _produce = ProduceRequests.To(topic, 0, Batch.OfValue("x"u8));
        var fetch = FetchRequests.Of(topic, maxWaitMs: 300_000, maxBytes: 1 << 20);
        for (var i = 0; i < count; i++)
        {
            var connection = new BrokerConnection(broker, receiveBuffer: 4096);
            connection.Send(fetch);
            _waiting.Add(connection);
        }
    }

    public AttackResult Run(TimeSpan atLeast)
    {
        var begin = Stopwatch.GetTimestamp();
        _producer.Send(_produce);
        _producer.Discard();
        var acknowledged = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        foreach (var connection in _waiting)
            connection.Discard();
        var all = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        var facts = string.Create(
            CultureInfo.InvariantCulture, $"the batch was acknowledged after {acknowledged:F0} ms, all fetches had it after {all:F0} ms");
        return new AttackResult(_waiting.Count, facts);
    }

    public void Dispose()
    {
        _producer.Dispose();
        _waiting.ForEach(connection => connection.Dispose());
    }
}
