using KafkaSharp.Protocol;

namespace KafkaSharp.StateMachines;

/// <summary>A command that a state machine did not carry out, with the error code for the response.</summary>
public sealed class StateMachineException(ErrorCode errorCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ErrorCode ErrorCode { get; } = errorCode;

    /// <summary>
    /// The error code of any failure of a command: UNKNOWN_SERVER_ERROR for what is not a <see cref="StateMachineException"/>.
    /// </summary>
    public static ErrorCode CodeOf(Exception failure) =>
        failure is StateMachineException refusal ? refusal.ErrorCode : ErrorCode.UnknownServerError;
}
