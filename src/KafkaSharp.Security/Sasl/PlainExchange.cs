using System.Security.Cryptography;
using System.Text;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Security.Sasl;

/// <summary>
/// SASL/PLAIN (RFC 4616, Kafka's <c>PlainSaslServer</c>): one message with the authorization id, the user's name and the password.
/// </summary>
/// <param name="passwords">The password of each user (<c>user_NAME</c> of the listener's login module).</param>
public sealed class PlainExchange(IReadOnlyDictionary<string, string> passwords) : ISaslExchange
{
    public const string Mechanism = "PLAIN";

    private const int Fields = 3;

    public SaslStep Evaluate(ReadOnlySpan<byte> message)
    {
        var fields = Encoding.UTF8.GetString(message).Split('\0', Fields + 1);
        if (fields.Length != Fields)
            return SaslStep.FailVisibly($"Invalid SASL/PLAIN response: expected {Fields} tokens, got {fields.Length}");
        var (authorizationId, user, password) = (fields[0], fields[1], fields[2]);
        if (user.Length == 0)
            return SaslStep.FailVisibly("Authentication failed: username not specified");
        if (password.Length == 0)
            return SaslStep.FailVisibly("Authentication failed: password not specified");
        if (!IsPassword(user, password))
            return SaslStep.FailVisibly("Authentication failed: Invalid username or password");
        return authorizationId.Length > 0 && authorizationId != user
            ? SaslStep.FailVisibly(OtherAuthorizationId)
            : SaslStep.Complete(new KafkaPrincipal(KafkaPrincipal.UserType, user));
    }

    internal const string OtherAuthorizationId =
        "Authentication failed: Client requested an authorization id that is different from username";

    // The time of the comparison depends on nothing that the client does not know, not even on whether the user exists.
    private bool IsPassword(string user, string password)
    {
        var isKnown = passwords.TryGetValue(user, out var expected);
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes], right = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(password), given);
        SHA256.HashData(Encoding.UTF8.GetBytes(expected ?? ""), right);
        return CryptographicOperations.FixedTimeEquals(given, right) & isKnown;
    }
}
