using KafkaSharp.Protocol;

namespace KafkaSharp.StateMachines;

/// <summary>A command that a state machine did not carry out, with the error code its caller answers.</summary>
public sealed class StateMachineException(ErrorCode errorCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ErrorCode ErrorCode { get; } = errorCode;
}
