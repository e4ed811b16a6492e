namespace KafkaSharp.Protocol.Messages;

/// <summary>A record message and its version on disk (Kafka's <c>ApiMessageAndVersion</c>).</summary>
public readonly record struct ApiMessageAndVersion(IRecordMessage Message, short Version);
