namespace KafkaSharp.Protocol.Messages;

/// <summary>A stored message and the version it was, or is to be, written in (Kafka's <c>ApiMessageAndVersion</c>).</summary>
public readonly record struct ApiMessageAndVersion(IRecordMessage Message, short Version);
