using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Configuration;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;

namespace KafkaSharp.Network.Listeners;

/// <summary>
/// The limits of connections, over all listeners of a node and per address (<c>max.connections</c>, <c>max.connections.per.ip</c>). Limits
/// may change at any time. Connections above a lowered <c>max.connections</c> are closed, the longest idle first; the other limits apply to
/// new connections. Thread-safe.
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

    /// <summary>
    /// Connections for which the process has file descriptors. The limit holds whatever <c>max.connections</c> is, so that connections wait
    /// before files cannot be opened.
    /// </summary>
    public int Descriptors { get; init; } = int.MaxValue;

    public int MaxConnectionsPerIp { get; set; } = int.MaxValue;

    /// <summary>Limits of single addresses, which take precedence over <see cref="MaxConnectionsPerIp"/>.</summary>
    public IReadOnlyDictionary<IPAddress, int> PerIpOverrides { get; set; } = new Dictionary<IPAddress, int>();

    /// <summary>The limits by the configuration, and by the number of file descriptors for connections.</summary>
    /// <exception cref="ConfigException">See <see cref="Update"/>.</exception>
    public static ConnectionLimits From(ConfigValues values, int descriptors = int.MaxValue)
    {
        var limits = new ConnectionLimits { Descriptors = descriptors };
        limits.Update(values);
        return limits;
    }

    /// <summary>Applies the limits of a changed configuration, also those of each listener.</summary>
    /// <exception cref="ConfigException">
    /// An override is not host:count, its host is unknown, or the limits would refuse all connections. Nothing was changed.
    /// </exception>
    public void Update(ConfigValues values)
    {
        var perIp = values.Get(NetworkConfigs.MaxConnectionsPerIp);
        var overrides = ParseOverrides(values.Get(NetworkConfigs.MaxConnectionsPerIpOverrides));
        if (perIp == 0 && overrides.Count == 0)
        {
            throw new ConfigException(
                $"{NetworkConfigs.MaxConnectionsPerIp.Name} can be set to zero only if {NetworkConfigs.MaxConnectionsPerIpOverrides.Name} "
                + "property is set.");
        }
        lock (_gate)
        {
            var ofListeners = _listeners.ConvertAll(listener => ListenerOptions.MaxConnectionsOf(listener.Options.Name, values));
            for (var i = 0; i < ofListeners.Count; i++)
                _listeners[i].MaxConnections = ofListeners[i];
            MaxConnectionsPerIp = perIp;
            PerIpOverrides = overrides;
            MaxConnections = values.Get(NetworkConfigs.MaxConnections);
        }
        CloseExcess();
    }

    public int Total => Volatile.Read(ref _total);

    /// <summary>Whether new connections wait because file descriptors are short, whatever is configured.</summary>
    internal bool AreDescriptorsShort => Total >= Descriptors && Descriptors < MaxConnections;

    private int Limit => Math.Min(_maxConnections, Descriptors);

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
    /// over all listeners: if its connection exceeds the limit, another listener closes one.
    /// </summary>
    internal Task? WhyWait(SocketListener listener)
    {
        lock (_gate)
        {
            return listener.ConnectionCount < listener.MaxConnections && (_total < Limit || IsProtected(listener))
                ? null
                : _changed.Task;
        }
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
        }
        CloseExcess();
        return true;
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

    // The only listener serves clients, even if it is also the inter-broker listener.
    private bool IsProtected(SocketListener listener) => listener.Options.IsProtected && _listeners.Count > 1;

    private void CloseExcess()
    {
        Connection[] victims;
        lock (_gate)
        {
            if (_total <= Limit)
                return;
            var leaving = _listeners.Sum(listener => listener.Connections.Count(connection => connection.IsClosed));
            victims =
            [
                .. _listeners.Where(listener => !IsProtected(listener)).SelectMany(listener => listener.Connections)
                    .Where(connection => !connection.IsClosed).OrderBy(connection => connection.LastActivity)
                    .Take(_total - Limit - leaving),
            ];
        }
        foreach (var victim in victims)
            victim.Close("max.connections is exceeded");
    }

    /// <summary>
    /// Why the overrides of addresses are not host:count; null if they are. The names of hosts are resolved only when they apply.
    /// </summary>
    public static string? FaultOfOverrides(string text) =>
        Entries(text).Select(entry => entry.Fault?.Message).FirstOrDefault(message => message is not null);

    private static Dictionary<IPAddress, int> ParseOverrides(string text)
    {
        var overrides = new Dictionary<IPAddress, int>();
        foreach (var (entry, host, count, fault) in Entries(text))
        {
            if (fault is not null)
                throw fault;
            try
            {
                foreach (var address in Dns.GetHostAddresses(host))
                    overrides[address] = count;
            }
            catch (SocketException)
            {
                throw Invalid(text, $"The host of '{entry}' is unknown");
            }
        }
        return overrides;
    }

    private static IEnumerable<(string Entry, string Host, int Count, ConfigException? Fault)> Entries(string text)
    {
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = entry.LastIndexOf(':');
            if (colon <= 0 || !int.TryParse(entry.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var count))
            {
                yield return (entry, "", 0, Invalid(text, $"'{entry}' is not of the form host:count"));
                continue;
            }
            var host = entry[..colon].TrimEnd();
            // An IPv6 address stands without brackets.
            var fault = host.All(IsOfHost) ? null
                : new ConfigException($"{NetworkConfigs.MaxConnectionsPerIpOverrides.Name} contains invalid addresses : {host}");
            yield return (entry, host, count, fault);
        }
    }

    private static bool IsOfHost(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '%' or '.' or '_' or ':';

    private static ConfigException Invalid(string text, string reason) =>
        new(NetworkConfigs.MaxConnectionsPerIpOverrides.Name, text, reason);
}
