namespace KafkaSharp.Security.Jaas;

/// <summary>A login configuration that cannot be read. The message names the place and never a value, which may be a secret.</summary>
public sealed class JaasException(string message) : Exception(message);
