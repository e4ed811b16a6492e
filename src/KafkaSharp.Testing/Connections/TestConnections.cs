using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Testing.Connections;

/// <summary>
/// The connections of clients to a test broker, and their faults. The connection of the test broker to itself is not affected.
/// Thread-safe.
/// </summary>
public sealed class TestConnections
{
    private readonly ConcurrentDictionary<IPEndPoint, FaultyTransport> _open = new();
    private readonly TestFaults _faults;
    private readonly TimeProvider _time;
    private IPEndPoint? _own;

    internal TestConnections(TestFaults faults, TimeProvider time)
    {
        _faults = faults;
        _time = time;
    }

    /// <summary>How many clients are connected.</summary>
    public int Count => _open.Keys.Count(peer => !IsOwn(peer));

    /// <summary>Closes the connections of all clients; they may connect again.</summary>
    public void CloseAll()
    {
        foreach (var (peer, connection) in _open)
        {
            if (!IsOwn(peer))
                connection.Dispose();
        }
    }

    /// <summary>Closes new connections at once, until the result is disposed. Existing ones stay.</summary>
    public ActiveFault Refuse() => _faults.Add(new Fault(FaultAction.RefuseConnections()));

    /// <summary>
    /// Sends the responses of all connections in pieces, with a pause after each by the broker's clock, until the result is disposed.
    /// </summary>
    /// <param name="pause">The time after each piece.</param>
    /// <param name="bytes">The size of the pieces.</param>
    public ActiveFault Slow(TimeSpan pause, int bytes = 1) => _faults.Add(new Fault(FaultAction.SlowResponses(pause, bytes)));

    /// <summary>The address from which the test broker connects to itself.</summary>
    internal void Except(IPEndPoint own) => Volatile.Write(ref _own, own);

    internal bool Refuses(Socket accepted) =>
        !IsOwn((IPEndPoint?)accepted.RemoteEndPoint)
        && _faults.TryTake<FaultAction.CloseAccepted>(static (_, _) => true, out _);

    /// <summary>What makes the next response to a client slow; null if nothing does.</summary>
    internal Slowness? SlownessFor(IPEndPoint peer) =>
        !IsOwn(peer) && _faults.TryTake<FaultAction.Drip>(static (_, _) => true, out var fault)
            ? new Slowness(fault, (FaultAction.Drip)fault.Fault.Action, _time)
            : null;

    internal FaultyTransport Remember(FaultyTransport transport) => _open[transport.RemoteEndPoint] = transport;

    internal void Forget(FaultyTransport transport) => _open.TryRemove(new(transport.RemoteEndPoint, transport));

    internal FaultyTransport? Find(IPEndPoint peer) => _open.GetValueOrDefault(peer);

    private bool IsOwn(IPEndPoint? peer) => Equals(peer, Volatile.Read(ref _own));
}
