using System.Net;

namespace KafkaSharp.Network;

/// <summary>
/// How many connections all listeners of a node hold together and from one address (<c>max.connections</c>, <c>max.connections.per.ip</c>).
/// Limits may change at any time; they hold for connections that come after. Thread-safe.
/// </summary>
public sealed class ConnectionLimits
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly List<SocketListener> _listeners = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _maxConnections = int.MaxValue;
    private int _total;

    /// <summary>Connections over all listeners.</summary>
    public int MaxConnections
    {
        get => _maxConnections;
        set
        {
            lock (_gate)
            {
                _maxConnections = value;
                SignalChange();
            }
        }
    }

    public int MaxConnectionsPerIp { get; set; } = int.MaxValue;

    /// <summary>Limits of single addresses, which win over <see cref="MaxConnectionsPerIp"/>.</summary>
    public IReadOnlyDictionary<IPAddress, int> PerIpOverrides { get; set; } = new Dictionary<IPAddress, int>();

    public int Total => Volatile.Read(ref _total);

    internal void Register(SocketListener listener)
    {
        lock (_gate)
            _listeners.Add(listener);
    }

    internal void Unregister(SocketListener listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    /// <summary>The limit of an address.</summary>
    public int MaxFor(IPAddress address) => PerIpOverrides.TryGetValue(address, out var max) ? max : MaxConnectionsPerIp;

    /// <summary>
    /// Null if the listener may accept now, else what to wait for before asking again. A protected listener does not wait for the limit
    /// over all: the connection that has been silent longest on another listener makes room.
    /// </summary>
    internal Task? WhyWait(SocketListener listener)
    {
        Connection? victim;
        Task changed;
        lock (_gate)
        {
            changed = _changed.Task;
            if (listener.ConnectionCount >= listener.MaxConnections)
                return changed;
            if (_total < _maxConnections)
                return null;
            victim = listener.Options.IsProtected
                ? _listeners.Where(l => !l.Options.IsProtected).SelectMany(l => l.Connections).Where(c => !c.IsClosed).MinBy(c => c.LastActivity)
                : null;
        }
        if (victim is null)
            return changed;
        victim.Close("makes room for a connection of the inter-broker listener");
        return null;
    }

    /// <summary>Counts a connection in, unless its address has enough.</summary>
    internal bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            var count = _perAddress.GetValueOrDefault(address);
            if (count >= MaxFor(address))
                return false;
            _perAddress[address] = count + 1;
            _total++;
            return true;
        }
    }

    internal void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _total--;
            if (--_perAddress[address] == 0)
                _perAddress.Remove(address);
            SignalChange();
        }
    }

    internal void SignalChange()
    {
        lock (_gate)
        {
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.TrySetResult();
        }
    }
}
