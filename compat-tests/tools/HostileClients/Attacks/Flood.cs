using System.Diagnostics;
using System.Net;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>
/// One connection for each list of requests, which it sends over and over with a number of them in flight. The facts are those of the
/// first response for each API and version.
/// </summary>
internal sealed class Flood : IAttack
{
    private readonly List<FloodClient> _clients;

    public Flood(IPEndPoint broker, IEnumerable<IReadOnlyList<RequestFrame>> connections, int inFlight = 1) =>
        _clients = [.. connections.Select(frames => new FloodClient(new BrokerConnection(broker), frames, inFlight))];

    /// <summary>One request, sent over and over on one connection.</summary>
    public Flood(IPEndPoint broker, RequestFrame frame, int connections = 1, int inFlight = 1)
        : this(broker, Enumerable.Repeat<IReadOnlyList<RequestFrame>>([frame], connections), inFlight)
    {
    }

    public AttackResult Run(TimeSpan atLeast)
    {
        var threads = new List<Thread>();
        foreach (var client in _clients)
        {
            threads.Add(new Thread(() => client.SendAll(atLeast)));
            threads.Add(new Thread(client.ReceiveAll));
        }
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var facts = _clients.DistinctBy(client => (client.First.Api, client.First.Version)).Select(client => client.Facts)
            .Concat(_clients.Where(client => client.End is not null).Select(client => client.End!).Distinct());
        return new AttackResult(_clients.Sum(client => client.Responses), string.Join("; ", facts));
    }

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
