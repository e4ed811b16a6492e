namespace KafkaSharp.Metadata.Images;

/// <summary>
/// An address of a node: listener name, host, port, and the id of the security protocol (0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL).
/// </summary>
public sealed record NodeEndpoint(string ListenerName, string Host, int Port, short SecurityProtocol);
