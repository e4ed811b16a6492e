using System.Diagnostics;
using System.Globalization;
using System.Net;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>
/// Many connections that all send one request, then all receive its response, over and over. One thread serves them all: a thread for each
/// would take the processors from the observers, whose delay is to be the broker's.
/// </summary>
internal sealed class Crowd(IPEndPoint broker, RequestFrame frame, int connections) : IAttack
{
    private readonly List<BrokerConnection> _connections =
        [.. Enumerable.Range(0, connections).Select(_ => new BrokerConnection(broker))];

    public AttackResult Run(TimeSpan atLeast)
    {
        var (begin, responses, facts) = (Stopwatch.GetTimestamp(), 0, "");
        do
        {
            _connections.ForEach(connection => connection.Send(frame));
            foreach (var connection in _connections)
            {
                var (size, body) = connection.ReceiveUpTo(responses++ == 0 ? ResponseFacts.LargestKept : 0);
                if (responses == 1)
                    facts = Facts(Stopwatch.GetElapsedTime(begin), size, body);
            }
        }
        while (Stopwatch.GetElapsedTime(begin) < atLeast);
        return new AttackResult(responses, facts);
    }

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    private string Facts(TimeSpan time, int size, byte[]? body)
    {
        var (request, response) = (ResponseFacts.Size(frame.Bytes.Length), ResponseFacts.Describe(frame, size, body));
        return string.Create(
            CultureInfo.InvariantCulture, $"{frame.Api} v{frame.Version} of {request}; after {time.TotalSeconds:F2} s {response}");
    }
}
