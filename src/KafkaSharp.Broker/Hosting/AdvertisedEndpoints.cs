using System.Net;
using System.Net.Sockets;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Listeners;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The addresses for clients, by listener: <c>advertised.listeners</c> if configured, else the bound address. A missing host becomes
/// the machine's canonical name, and port 0 the port that the system has assigned.
/// </summary>
internal sealed class AdvertisedEndpoints
{
    // No client can connect to these. For clients, the configuration's validation refuses the first one, as Kafka does.
    private static readonly string[] s_everyAddress = ["0.0.0.0", "::"];

    private static readonly Lazy<string> s_canonicalHostName = new(CanonicalHostName);

    public AdvertisedEndpoints(BrokerConfiguration configuration, IEnumerable<SocketListener> listeners)
    {
        Endpoint[] all =
        [
            .. listeners.Select(listener =>
            {
                var advertised = Of(configuration, listener.Options.Endpoint);
                return advertised.Port == 0 ? advertised with { Port = listener.Port } : advertised;
            }),
        ];
        Broker = [.. all.Where(e => !configuration.ControllerListenerNames.Contains(e.ListenerName))];
        Controller = [.. all.Except(Broker)];
    }

    public IReadOnlyList<Endpoint> Broker { get; }

    public IReadOnlyList<Endpoint> Controller { get; }

    /// <summary>The advertised endpoint of one listener, with its configured port.</summary>
    public static Endpoint Of(BrokerConfiguration configuration, Endpoint listener)
    {
        var advertised = configuration.AdvertisedListeners.FirstOrDefault(a => a.ListenerName == listener.ListenerName) ?? listener;
        return advertised.Host is null || s_everyAddress.Contains(advertised.Host)
            ? advertised with { Host = s_canonicalHostName.Value }
            : advertised;
    }

    // As Java's getCanonicalHostName: the name of the address of the machine's name; without one, the address.
    private static string CanonicalHostName()
    {
        var name = Dns.GetHostName();
        IPAddress? address = null;
        try
        {
            address = Dns.GetHostAddresses(name).OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).FirstOrDefault();
            return address is null ? name : Dns.GetHostEntry(address).HostName;
        }
        catch (SocketException)
        {
            return address?.ToString() ?? name;
        }
    }
}
