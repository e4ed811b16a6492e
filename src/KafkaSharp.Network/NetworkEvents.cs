using System.Net;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Network;

/// <summary>The log messages of this project; ids 1000-1099. What bad input causes is one line a connection.</summary>
internal static partial class NetworkEvents
{
    [LoggerMessage(1000, LogLevel.Information, "Listener {Listener} accepts connections on {EndPoint}")]
    public static partial void Listening(this ILogger logger, string listener, IPEndPoint endPoint);

    [LoggerMessage(1001, LogLevel.Debug, "Connection {Id} on {Listener} from {Remote} opened")]
    public static partial void ConnectionOpened(this ILogger logger, long id, string listener, IPEndPoint remote);

    [LoggerMessage(1002, LogLevel.Debug, "Connection {Id} on {Listener} from {Remote} closed: {Reason}")]
    public static partial void ConnectionClosed(this ILogger logger, long id, string listener, IPEndPoint remote, string? reason);

    [LoggerMessage(1003, LogLevel.Error, "Connection {Id} on {Listener} from {Remote} failed")]
    public static partial void ConnectionFailed(this ILogger logger, long id, string listener, IPEndPoint remote, Exception exception);

    [LoggerMessage(1004, LogLevel.Warning, "Connection {Id} on {Listener} from {Remote} is closed: {Reason}")]
    public static partial void RequestRefused(this ILogger logger, long id, string listener, IPEndPoint remote, string reason);

    [LoggerMessage(1005, LogLevel.Warning,
        "Connection {Id} on {Listener} from {Remote} is closed: a request of {Size} bytes is not between 0 and socket.request.max.bytes " +
        "({Max})")]
    public static partial void InvalidFrameSize(this ILogger logger, long id, string listener, IPEndPoint remote, int size, int max);

    [LoggerMessage(1010, LogLevel.Warning, "Connection {Id} on {Listener} from {Remote} is closed: {Reason}")]
    public static partial void ForeignClient(this ILogger logger, long id, string listener, IPEndPoint remote, string reason);

    [LoggerMessage(1006, LogLevel.Information,
        "Rejected connection from {Address} on {Listener}: the address already has the configured maximum of {Max} connections")]
    public static partial void TooManyFromAddress(this ILogger logger, IPAddress address, string listener, int max);

    [LoggerMessage(1007, LogLevel.Information, "Listener {Listener} is at its limit of connections; new ones wait until others close")]
    public static partial void ConnectionLimitReached(this ILogger logger, string listener);

    [LoggerMessage(1008, LogLevel.Error, "Listener {Listener} could not accept a connection; tries again in {Milliseconds} ms")]
    public static partial void AcceptFailed(this ILogger logger, string listener, int milliseconds, Exception exception);

    [LoggerMessage(1009, LogLevel.Warning, "Listener {Listener}: {Count} connections did not finish in time and were closed")]
    public static partial void DrainCut(this ILogger logger, string listener, int count);

    [LoggerMessage(1015, LogLevel.Warning,
        "Listener {Listener} has {Count} connections, as many as the limit of open files allows beside the files of logs; new ones wait " +
        "until others close. Raise the limit with 'ulimit -n' or LimitNOFILE")]
    public static partial void DescriptorLimitReached(this ILogger logger, string listener, int count);
}
