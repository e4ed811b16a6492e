using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>The credential of a user or of a delegation token, and who logs in with it.</summary>
/// <param name="Principal">The user, or the owner of the token.</param>
/// <param name="Credential">The credential.</param>
/// <param name="ExpiresAtMs">When the token expires, in milliseconds since 1970; null for a user.</param>
public sealed record ScramUserCredential(KafkaPrincipal Principal, ScramCredential Credential, long? ExpiresAtMs = null);
