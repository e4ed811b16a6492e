using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Testing.Connections;

/// <summary>
/// The connections of clients to a test broker, and their faults. The connection of the test broker to itself is not affected.
/// Thread-safe.
/// </summary>
public sealed class TestConnections
{
    private readonly ConcurrentDictionary<IPEndPoint, FaultyTransport> _open = new();
    private readonly ConcurrentDictionary<Refusal, bool> _refusals = new();
    private readonly TimeProvider _time;
    private IPEndPoint? _own;
    private Slowness? _slowness;

    internal TestConnections(TimeProvider time) => _time = time;

    /// <summary>How many clients are connected.</summary>
    public int Count => _open.Keys.Count(peer => !peer.Equals(_own));

    internal Slowness? Slowness => Volatile.Read(ref _slowness);

    /// <summary>Closes the connections of all clients; they may connect again.</summary>
    public void CloseAll()
    {
        foreach (var (peer, connection) in _open)
        {
            if (!peer.Equals(_own))
                connection.Dispose();
        }
    }

    /// <summary>Closes new connections at once, until the result is disposed. Existing ones stay.</summary>
    public IDisposable Refuse()
    {
        var refusal = new Refusal(this);
        _refusals[refusal] = true;
        return refusal;
    }

    /// <summary>
    /// Sends the responses of all connections in pieces, with a pause after each by the broker's clock, until the result is disposed.
    /// </summary>
    /// <param name="pause">The time after each piece.</param>
    /// <param name="bytes">The size of the pieces.</param>
    public IDisposable Slow(TimeSpan pause, int bytes = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var slowness = new Slowness(this, bytes, pause, _time);
        Interlocked.Exchange(ref _slowness, slowness)?.Dispose();
        return slowness;
    }

    /// <summary>The address from which the test broker connects to itself.</summary>
    internal void Except(IPEndPoint own) => Volatile.Write(ref _own, own);

    internal bool Refuses(Socket accepted) =>
        !_refusals.IsEmpty && !Equals(accepted.RemoteEndPoint, Volatile.Read(ref _own));

    internal FaultyTransport Remember(FaultyTransport transport) => _open[transport.RemoteEndPoint] = transport;

    internal void Forget(FaultyTransport transport) => _open.TryRemove(new(transport.RemoteEndPoint, transport));

    internal FaultyTransport? Find(IPEndPoint peer) => _open.GetValueOrDefault(peer);

    internal void End(Slowness slowness) => Interlocked.CompareExchange(ref _slowness, null, slowness);

    internal void End(Refusal refusal) => _refusals.TryRemove(refusal, out _);

    /// <summary>Ends all faults.</summary>
    internal void Clear()
    {
        Slowness?.Dispose();
        _refusals.Clear();
    }
}
