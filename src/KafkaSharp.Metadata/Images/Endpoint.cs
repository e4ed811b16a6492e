namespace KafkaSharp.Metadata.Images;

/// <summary>
/// An address a node is reached at: listener name, host, port, and the security protocol's id (0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3
/// SASL_SSL).
/// </summary>
public sealed record Endpoint(string ListenerName, string Host, int Port, short SecurityProtocol);
