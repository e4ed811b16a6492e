namespace KafkaSharp.Metadata;

/// <summary>
/// The metadata log contains a record that contradicts the metadata before it. The node must not continue; Kafka ends the process in this
/// case.
/// </summary>
public sealed class MetadataException(string message, Exception? inner = null) : Exception(message, inner);
