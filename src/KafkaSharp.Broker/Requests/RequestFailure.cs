using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Requests;

/// <summary>Maps the exceptions of handlers to error codes.</summary>
internal static class RequestFailure
{
    public static ErrorCode ErrorOf(Exception exception) => exception switch
    {
        ProtocolException { ErrorCode: ErrorCode.UnsupportedVersion } => ErrorCode.UnsupportedVersion,
        StateMachineException e => e.ErrorCode,
        RecordsException e => e.ErrorCode,
        TimeoutException => ErrorCode.RequestTimedOut,
        IOException => ErrorCode.KafkaStorageError,
        _ => ErrorCode.UnknownServerError,
    };
}
