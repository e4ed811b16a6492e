using System.Diagnostics;
using System.Net;
using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Observers;

/// <summary>Metadata of one topic on a connection that is open.</summary>
internal sealed class OpenConnection(IPEndPoint broker, string topic) : Observer(broker, "metadata")
{
    private readonly RequestFrame _metadata = RequestFrame.Of<MetadataRequest, MetadataResponse>(
        new MetadataRequest { Topics = [new() { Name = topic }], AllowAutoTopicCreation = false }, 12);
    private BrokerConnection? _connection;

    public override void Open()
    {
        _connection?.Dispose();
        _connection = new BrokerConnection(Broker);
    }

    public override double Probe()
    {
        var begin = Stopwatch.GetTimestamp();
        _connection!.Send(_metadata);
        _connection.Discard();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    public override void Dispose() => _connection?.Dispose();
}
