using System.Diagnostics;
using System.Net;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>Connections that send as many requests as the broker takes and read of the responses only a few bytes now and then.</summary>
internal sealed class SlowReaders(IPEndPoint broker, int connections, int requests, RequestFrame frame) : IAttack
{
    private readonly List<BrokerConnection> _connections =
        [.. Enumerable.Range(0, connections).Select(_ => new BrokerConnection(broker, receiveBuffer: 4096))];

    public AttackResult Run(TimeSpan atLeast)
    {
        var begin = Stopwatch.GetTimestamp();
        var senders = _connections.Select(connection => new Thread(() => Send(connection)) { IsBackground = true }).ToList();
        senders.ForEach(thread => thread.Start());
        var buffer = new byte[1024];
        var read = 0L;
        try
        {
            while (Stopwatch.GetElapsedTime(begin) < atLeast)
            {
                foreach (var connection in _connections)
                    read += connection.Some(buffer);
                Thread.Sleep(50);
            }
        }
        catch (Exception e) when (BrokerConnection.IsEnd(e))
        {
            return new AttackResult(0, "") { Failure = $"a slow reader's connection ended: {e.Message}" };
        }
        return new AttackResult(connections, $"{connections} connections read {ResponseFacts.Size(read)} of responses to {frame.Api}");
    }

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    private void Send(BrokerConnection connection)
    {
        try
        {
            for (var i = 0; i < requests; i++)
                connection.Send(frame);
        }
        catch (Exception e) when (BrokerConnection.IsEnd(e))
        {
            // The broker stopped reading, as it should, until the connections were closed.
        }
    }
}
