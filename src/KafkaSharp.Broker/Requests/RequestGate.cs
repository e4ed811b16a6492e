using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// The checks of every request before its handler, in this order: authentication, the deadline of authentication, the operation on the
/// cluster that the route requires. Quotas delay the response (<see cref="RequestContext.Throttle"/>); the size of requests is limited
/// where they are received (<see cref="Opened"/>). Stateless.
/// </summary>
internal static class RequestGate
{
    /// <summary>The largest request of a client that is not authenticated (<c>sasl.server.max.receive.size</c>).</summary>
    private const int MaxUnauthenticatedBytes = 512 * 1024;

    /// <summary>Limits the size of the first requests of a connection that must authenticate.</summary>
    public static void Opened(ClientSession session)
    {
        if (!session.IsAuthenticated)
            session.Connection.MaxFrameBytes = Math.Min(session.Connection.Listener.MaxFrameBytes, MaxUnauthenticatedBytes);
    }

    /// <summary>Lifts the limit of <see cref="Opened"/>.</summary>
    public static void Authenticated(ClientSession session)
    {
        session.IsAuthenticated = true;
        session.Connection.MaxFrameBytes = session.Connection.Listener.MaxFrameBytes;
    }

    /// <summary>
    /// Whether the request may be handled. If not, either the connection is to be closed for the reason given, or the response is the
    /// error.
    /// </summary>
    public static bool Passes(RequestContext context, ApiRoute route, out ErrorCode error, out string? closeReason)
    {
        error = ErrorCode.None;
        closeReason = null;
        var session = context.Session;
        if (!session.IsAuthenticated && !IsAuthentication(route.ApiKey))
            closeReason = $"{route.ApiKey} came before the client was authenticated";
        else if (session.ReauthenticateBy is { } deadline && session.Services.Time.GetTimestamp() >= deadline
            && !IsAuthentication(route.ApiKey))
            closeReason = $"{route.ApiKey} came although the client had to authenticate again before";
        else if (route.ClusterOperation is { } operation && !context.AuthorizeCluster(operation))
            error = ErrorCode.ClusterAuthorizationFailed;
        return closeReason is null && error == ErrorCode.None;
    }

    private static bool IsAuthentication(ApiKey key) => key is ApiKey.ApiVersions or ApiKey.SaslHandshake or ApiKey.SaslAuthenticate;
}
