using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>Why a heartbeat is refused, with the text of Kafka's broker, which clients log.</summary>
internal sealed record HeartbeatError(ErrorCode ErrorCode, string? Message);
