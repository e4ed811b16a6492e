using System.Net;
using System.Net.Sockets;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>What happens to a request on its way.</summary>
internal enum Fate
{
    Arrives,

    /// <summary>It never reaches the broker.</summary>
    RequestIsLost,

    /// <summary>The broker handles it, but its response never reaches the client.</summary>
    ResponseIsLost,

    /// <summary>The client gives up waiting, and the broker handles it some time later, whatever the client has done since.</summary>
    ArrivesLate,
}

/// <summary>The network between clients and broker: decides by its random numbers what is lost and what is late.</summary>
/// <param name="endPoint">The address of the broker.</param>
/// <param name="random">Used by one client at a time.</param>
internal sealed class FaultyNetwork(Func<EndPoint> endPoint, Random random)
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _late = [];

    /// <summary>Of a thousand requests, how many suffer each of the faults.</summary>
    public int FaultsPerMille { get; set; }

    public EndPoint EndPoint => endPoint();

    /// <summary>How many requests arrived late.</summary>
    public int LateRequests { get; private set; }

    public Fate NextFate()
    {
        lock (_gate)
        {
            var number = random.Next(1000);
            return number < FaultsPerMille ? Fate.RequestIsLost
                : number < 2 * FaultsPerMille ? Fate.ResponseIsLost
                : number < 3 * FaultsPerMille ? Fate.ArrivesLate
                : Fate.Arrives;
        }
    }

    public void Delay(byte[] frame)
    {
        lock (_gate)
            _late.Add(frame);
    }

    /// <summary>Delivers one of the late requests; false when there is none.</summary>
    public async Task<bool> DeliverLateAsync()
    {
        byte[] frame;
        lock (_gate)
        {
            if (_late.Count == 0)
                return false;
            var place = random.Next(_late.Count);
            frame = _late[place];
            _late.RemoveAt(place);
            LateRequests++;
        }
        try
        {
            using var connection = await RawClient.ConnectAsync(EndPoint);
            await connection.SendAndReadAsync(frame);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The broker crashed: now the request is lost.
        }
        return true;
    }
}
