using System.Net;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>A request's header and where it came from. Belongs to the handling of that one request.</summary>
public sealed class RequestContext
{
    private List<IDisposable>? _leases;

    internal RequestContext(ClientSession session, ApiKey apiKey, short apiVersion, int correlationId, string? clientId)
    {
        Session = session;
        ApiKey = apiKey;
        ApiVersion = apiVersion;
        CorrelationId = correlationId;
        ClientId = clientId;
    }

    public ClientSession Session { get; }

    public Connection Connection => Session.Connection;

    /// <summary>The listener the request came in on.</summary>
    public ListenerOptions Listener => Session.Connection.Listener;

    public string ListenerName => Listener.Name;

    public ApiKey ApiKey { get; }

    public short ApiVersion { get; }

    public int CorrelationId { get; }

    public string? ClientId { get; }

    public string Principal => Session.Principal;

    public IPAddress ClientAddress => Session.ClientAddress;

    /// <summary>Whether the connection is to be closed once the answer, or none, has left.</summary>
    public bool ClosesConnection { get; set; }

    /// <summary>Something to dispose once the answer has left or was dropped: what keeps borrowed records of the response where they are.</summary>
    public void AddLease(IDisposable lease) => (_leases ??= []).Add(lease);

    internal void MoveLeasesTo(OutgoingFrame frame)
    {
        if (_leases is null)
            return;
        foreach (var lease in _leases)
            frame.AddLease(lease);
        _leases = null;
    }

    internal void DropLeases()
    {
        if (_leases is null)
            return;
        foreach (var lease in _leases)
            lease.Dispose();
        _leases = null;
    }
}
