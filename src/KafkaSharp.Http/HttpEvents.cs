using Microsoft.Extensions.Logging;

namespace KafkaSharp.Http;

/// <summary>The log messages of this project.</summary>
internal static partial class HttpEvents
{
    [LoggerMessage(9000, LogLevel.Error, "{Method} {Path} of the HTTP endpoint failed. The broker continues")]
    public static partial void HandlerFailed(this ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(9001, LogLevel.Warning, "The HTTP endpoint cannot accept connections at the moment; it is tried again")]
    public static partial void AcceptFailed(this ILogger logger, Exception exception);
}
