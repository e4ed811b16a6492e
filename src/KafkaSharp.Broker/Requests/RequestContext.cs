using System.Net;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Compression;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>A request's header, its origin, and what its handling may use. Belongs to the handling of that one request.</summary>
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

    /// <summary>The listener that received the request.</summary>
    public ListenerOptions Listener => Session.Connection.Listener;

    public string ListenerName => Listener.Name;

    public ApiKey ApiKey { get; }

    public short ApiVersion { get; }

    public int CorrelationId { get; }

    /// <summary>
    /// The client's name for itself; null for none. A handler reads it before it first yields: see <see cref="ShortenClientId"/>.
    /// </summary>
    public string? ClientId { get; private set; }

    public KafkaPrincipal Principal => Session.Principal;

    public IPAddress ClientAddress => Session.ClientAddress;

    /// <summary>Whether the connection is to be closed once the response, or none, has been sent.</summary>
    public bool ClosesConnection { get; set; }

    /// <summary>
    /// Whether no later request of the connection is handled before this one has its response, even if the API allows it. Set before the
    /// handling first yields.
    /// </summary>
    public bool HoldsConnection { get; set; }

    /// <summary>
    /// How many milliseconds the client must wait: the response contains it as <c>throttle_time_ms</c>, and after the response nothing is
    /// read from the connection for that time (KIP-219).
    /// </summary>
    public int ThrottleTimeMs { get; private set; }

    /// <summary>Whether the request is so large that its response is encoded on a lane, too.</summary>
    internal bool IsLarge { get; set; }

    /// <summary>
    /// The end of the first stage, if it continues after the first yield of the handler: see <see cref="RunOnLaneAsync"/>.
    /// </summary>
    internal Task? Dispatched { get; private set; }

    /// <summary>
    /// Runs work whose cost depends on the content of the request (decompression, loops over what a small request names) on the worker
    /// lanes, in the order of the connection's requests. Called before the handler first yields, it extends the first stage: the request's
    /// bytes stay valid, and the next request is not handled, until the function returns. Work that is on a lane already runs at once. The
    /// function gets its turn, to be passed to long loops; it must not block. Continuations of the result run on the thread pool.
    /// </summary>
    public Task<T> RunOnLaneAsync<T>(Func<IWorkTurn, T> work)
    {
        if (CurrentItem is { } turn)
            return RunHere(work, turn);
        var running = Session.Services.Lanes.RunAsync(Session.Flow, work);
        Dispatched ??= running;
        return running;
    }

    /// <summary>
    /// Extends the first stage of a handler that has to wait before it can begin: until the task ends, the request's bytes stay valid and
    /// the next request is not handled. Only before the handler first yields.
    /// </summary>
    public void HoldFirstStage(Task task) => Dispatched ??= task;

    /// <summary>
    /// Called in loops over what the request names, every few hundred entries: lets others run where this request is on a lane.
    /// </summary>
    public void CheckIn() => CurrentItem?.CheckIn();

    /// <summary>Delays the client, see <see cref="ThrottleTimeMs"/>. Of several delays the longest counts.</summary>
    public void Throttle(int milliseconds) => ThrottleTimeMs = Math.Max(ThrottleTimeMs, milliseconds);

    /// <summary>
    /// Takes the memory of the request over from the connection, without a copy, until the result is disposed. Only before the handler
    /// first yields.
    /// </summary>
    public IDisposable TakeFrame() => Connection.TakeFrame();

    /// <summary>
    /// Whether the client may do something with one resource. Errors of refusals are the handler's (TOPIC_AUTHORIZATION_FAILED, …).
    /// </summary>
    public bool Authorize(AclOperation operation, ResourceType resourceType, string resourceName) =>
        Session.Services.Authorizer.IsAllowed(new AuthorizationRequest(Principal, ClientAddress, operation, resourceType, resourceName));

    /// <summary>Whether the client may do something with the cluster.</summary>
    public bool AuthorizeCluster(AclOperation operation) => Authorize(operation, ResourceType.Cluster, ResourceTypes.ClusterName);

    /// <summary>
    /// Divides what a request names into what the client may do something with and the rest, both in the order of the request. Where
    /// everything is allowed, <paramref name="allowed"/> is the list itself and nothing is allocated.
    /// </summary>
    public void Authorize<T>(
        AclOperation operation, ResourceType resourceType, List<T> entries, Func<T, string> nameOf, out List<T> allowed,
        out List<T> refused)
        where T : class
    {
        allowed = entries;
        refused = [];
        if (Session.Services.Authorizer.AllowsEverything)
            return;
        allowed = [];
        foreach (var entry in entries)
            (Authorize(operation, resourceType, nameOf(entry)) ? allowed : refused).Add(entry);
    }

    /// <summary>
    /// The operations the client may do with a resource, a bit per operation id, as responses show them (KIP-430);
    /// <see cref="int.MinValue"/> where the request does not ask for them.
    /// </summary>
    public int AuthorizedOperations(bool isAsked, ResourceType resourceType, string resourceName)
    {
        if (!isAsked)
            return int.MinValue;
        var bits = 0;
        foreach (var operation in resourceType.SupportedOperations())
        {
            if (Authorize(operation, resourceType, resourceName))
                bits |= 1 << (int)operation;
        }
        return bits;
    }

    /// <summary>
    /// Adds what is disposed once the response has been sent or dropped: what keeps borrowed records of the response valid.
    /// </summary>
    public void AddLease(IDisposable lease) => (_leases ??= []).Add(lease);

    /// <summary>
    /// Keeps no more of the client id than a connection does, enough for a log line: a client decides how long a request waits.
    /// </summary>
    internal void ShortenClientId()
    {
        if (ClientId is { Length: > ClientSession.LongestKeptName } name)
            ClientId = name[..ClientSession.LongestKeptName];
    }

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

    // Another connection's work may call into this request's handling from its own lane: that is not this request's turn.
    private LaneItem? CurrentItem => LaneItem.Current is { } item && item.Flow == Session.Flow ? item : null;

    private static Task<T> RunHere<T>(Func<IWorkTurn, T> work, IWorkTurn turn)
    {
        try
        {
            return Task.FromResult(work(turn));
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}
