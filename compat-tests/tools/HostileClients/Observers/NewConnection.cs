using System.Diagnostics;
using System.Net;
using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Observers;

/// <summary>From connecting to the response to ApiVersions.</summary>
internal sealed class NewConnection(IPEndPoint broker) : Observer(broker, "new connection")
{
    private readonly RequestFrame _apiVersions = RequestFrame.Of<ApiVersionsRequest, ApiVersionsResponse>(
        new ApiVersionsRequest { ClientSoftwareName = "hostile-clients", ClientSoftwareVersion = "1" }, 3);

    public override void Open()
    {
    }

    public override double Probe()
    {
        var begin = Stopwatch.GetTimestamp();
        using var connection = new BrokerConnection(Broker);
        connection.Send(_apiVersions);
        connection.Discard();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    public override void Dispose()
    {
    }
}
