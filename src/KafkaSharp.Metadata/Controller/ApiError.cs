using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Controller;

/// <summary>An error code and what it says to people; a null message stands for the code's own.</summary>
public readonly record struct ApiError(ErrorCode Code, string? Message = null);
