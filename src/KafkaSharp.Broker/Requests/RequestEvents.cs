using System.Net;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>The log messages of the request pipeline; ids 6000-6019.</summary>
internal static partial class RequestEvents
{
    [LoggerMessage(6000, LogLevel.Error, "{ApiKey} v{ApiVersion} of client {ClientId} at {Remote} failed")]
    public static partial void RequestFailed(
        this ILogger logger, ApiKey apiKey, short apiVersion, string? clientId, IPEndPoint remote, Exception exception);

    [LoggerMessage(6001, LogLevel.Warning, "The connection of client {ClientId} at {Remote} is closed: {Reason}")]
    public static partial void RequestUnreadable(this ILogger logger, string? clientId, IPEndPoint remote, string reason);
}
