using System.Diagnostics;
using System.Net;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>Many connections that each send one request and never read of its response.</summary>
internal sealed class StoppedReaders(IPEndPoint broker, int count, RequestFrame frame) : IAttack
{
    private readonly List<BrokerConnection> _connections =
        [.. Enumerable.Range(0, count).Select(_ => new BrokerConnection(broker, receiveBuffer: 4096))];

    public AttackResult Run(TimeSpan atLeast)
    {
        var begin = Stopwatch.GetTimestamp();
        // What they cost by staying counts, not that all come at once: to fill a send buffer takes the kernel milliseconds if it has to
        // find new memory.
        foreach (var connection in _connections)
        {
            connection.Send(frame);
            Thread.Sleep(atLeast / count);
        }
        if (atLeast - Stopwatch.GetElapsedTime(begin) is var rest && rest > TimeSpan.Zero)
            Thread.Sleep(rest);
        return new AttackResult(count, $"{count} connections read nothing of responses to {frame.Api}");
    }

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());
}
