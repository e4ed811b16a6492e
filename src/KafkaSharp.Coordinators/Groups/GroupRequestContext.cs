namespace KafkaSharp.Coordinators.Groups;

/// <summary>What the coordinator needs of a request besides its body.</summary>
/// <param name="ClientId">From the request header; empty when it has none.</param>
/// <param name="ClientHost">The address of the client as Kafka writes it: <c>/127.0.0.1</c>.</param>
/// <param name="ApiVersion">The version of the request.</param>
public readonly record struct GroupRequestContext(string ClientId, string ClientHost, short ApiVersion);
