using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HostileClients.Wire;

namespace HostileClients.Attacks;

/// <summary>
/// One connection after another with a request of an API that does not exist, which a broker closes and logs; from several threads.
/// </summary>
internal sealed class BadRequests(IPEndPoint broker, int atLeastCount) : IAttack
{
    private const int Threads = 4;
    private static readonly byte[] s_frame = [0, 0, 0, 10, 0x70, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff];
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private int _count;
    private volatile bool _disposed;
    private volatile string? _failure;

    public AttackResult Run(TimeSpan atLeast)
    {
        var begin = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() => SendAll(begin, atLeast))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return new AttackResult(_count, $"{_count} connections with a bad request") { Failure = _failure };
    }

    public void Dispose() => _disposed = true;

    private void SendAll(long begin, TimeSpan atLeast)
    {
        while (!_disposed && _failure is null && (_count < atLeastCount || Stopwatch.GetElapsedTime(begin) < atLeast))
        {
            using var connection = new BrokerConnection(broker, s_longest);
            try
            {
                connection.Send(s_frame);
                connection.Discard();
            }
            catch (Exception e) when (e is EndOfStreamException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                Interlocked.Increment(ref _count);
            }
            catch (SocketException e)
            {
                _failure ??= $"a connection with a bad request was not closed in {s_longest.TotalSeconds} s: {e.Message}";
            }
        }
    }
}
