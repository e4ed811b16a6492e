using System.Net;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>Many connections that each send one request, get its response and then stay open without another.</summary>
internal sealed class IdleConnections(IPEndPoint broker, int count, Func<int, RequestFrame> request) : IAttack
{
    private readonly List<BrokerConnection> _connections = [];
    private volatile bool _disposed;

    public AttackResult Run(TimeSpan atLeast)
    {
        for (var i = 0; i < count && !_disposed; i++)
        {
            var connection = new BrokerConnection(broker);
            lock (_connections)
                _connections.Add(connection);
            connection.Send(request(i));
            connection.Discard();
        }
        return new AttackResult(count, $"{count} connections stay open");
    }

    public void Dispose()
    {
        _disposed = true;
        lock (_connections)
            _connections.ForEach(connection => connection.Dispose());
    }
}
