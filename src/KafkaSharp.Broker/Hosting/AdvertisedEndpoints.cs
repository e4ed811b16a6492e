using System.Net;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Network;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// What clients are told to connect to, by listener: <c>advertised.listeners</c> where they are configured, else where the listener is bound; a
/// port 0 becomes the port that was given.
/// </summary>
sealed class AdvertisedEndpoints
{
    public AdvertisedEndpoints(BrokerConfiguration configuration, IEnumerable<SocketListener> listeners)
    {
        All =
        [
            .. listeners.Select(listener =>
            {
                var told = configuration.AdvertisedListeners.FirstOrDefault(a => a.ListenerName == listener.Options.Name)
                    ?? listener.Options.Endpoint;
                return told with
                {
                    Host = string.IsNullOrEmpty(told.Host) ? Dns.GetHostName() : told.Host,
                    Port = told.Port == 0 ? listener.Port : told.Port,
                };
            }),
        ];
        Broker = [.. All.Where(e => !configuration.ControllerListenerNames.Contains(e.ListenerName))];
        Controller = [.. All.Except(Broker)];
    }

    public IReadOnlyList<Endpoint> All { get; }

    public IReadOnlyList<Endpoint> Broker { get; }

    public IReadOnlyList<Endpoint> Controller { get; }
}
