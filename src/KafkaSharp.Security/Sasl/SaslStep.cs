using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Security.Sasl;

/// <summary>What a message of the client led to: a challenge, a login, or a failure.</summary>
public sealed record SaslStep
{
    private SaslStep()
    {
    }

    /// <summary>What is sent to the client.</summary>
    public ReadOnlyMemory<byte> Challenge { get; private init; }

    /// <summary>Who has logged in; null while more messages are expected, and after a failure.</summary>
    public KafkaPrincipal? Principal { get; private init; }

    /// <summary>When the credentials expire, in milliseconds since 1970; null where they do not.</summary>
    public long? ExpiresAtMs { get; private init; }

    /// <summary>Why the login failed, for the log of the broker, without secrets; null otherwise.</summary>
    public string? Failure { get; private init; }

    /// <summary>
    /// Whether the client may see the reason (Kafka's <c>SaslAuthenticationException</c>). To see any other one would help to guess.
    /// </summary>
    public bool IsFailureForClient { get; private init; }

    public static SaslStep Continue(ReadOnlyMemory<byte> challenge) => new() { Challenge = challenge };

    public static SaslStep Complete(KafkaPrincipal principal, ReadOnlyMemory<byte> challenge = default, long? expiresAtMs = null) =>
        new() { Principal = principal, Challenge = challenge, ExpiresAtMs = expiresAtMs };

    public static SaslStep Fail(string reason) => new() { Failure = reason };

    public static SaslStep FailVisibly(string reason) => new() { Failure = reason, IsFailureForClient = true };
}
