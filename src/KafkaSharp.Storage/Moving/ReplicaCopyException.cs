using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.Moving;

/// <summary>A log cannot be copied to its future replica: a batch is damaged, or one of the two was closed.</summary>
internal sealed class ReplicaCopyException(ErrorCode error, string message) : Exception($"{message} ({error})")
{
    public ErrorCode ErrorCode { get; } = error;
}
