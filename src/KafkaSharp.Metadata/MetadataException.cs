namespace KafkaSharp.Metadata;

/// <summary>
/// The metadata log says something that can't be, so the node that reads it must not go on. Kafka ends the process at such a fault.
/// </summary>
public sealed class MetadataException(string message, Exception? inner = null) : Exception(message, inner);
