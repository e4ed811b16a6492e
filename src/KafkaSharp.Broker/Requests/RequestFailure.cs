using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Requests;

/// <summary>Which error code an exception that escaped a handler becomes.</summary>
static class RequestFailure
{
    public static ErrorCode ErrorOf(Exception exception) => exception switch
    {
        ProtocolException { ErrorCode: ErrorCode.UnsupportedVersion } => ErrorCode.UnsupportedVersion,
        TimeoutException => ErrorCode.RequestTimedOut,
        IOException => ErrorCode.KafkaStorageError,
        _ => ErrorCode.UnknownServerError,
    };
}
