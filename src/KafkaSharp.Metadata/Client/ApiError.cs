using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Client;

/// <summary>An error code with its message for people (Kafka's <c>ApiError</c>); a null message stands for the code's own.</summary>
public readonly record struct ApiError(ErrorCode Code, string? Message = null);
