using System.Security.Cryptography;
using System.Text;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>
/// What the broker knows of a password (Kafka's <c>ScramCredential</c>): enough to check a login, not enough to log in. Immutable.
/// </summary>
public sealed record ScramCredential(
    ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> StoredKey, ReadOnlyMemory<byte> ServerKey, int Iterations)
{
    public static ScramCredential Of(UserScramCredentialRecord record) =>
        new(record.Salt, record.StoredKey, record.ServerKey, record.Iterations);

    /// <summary>The credential of a password.</summary>
    public static ScramCredential Of(ScramMechanism mechanism, string password, ReadOnlyMemory<byte> salt, int iterations)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        var salted = Rfc2898DeriveBytes.Pbkdf2(bytes, salt.Span, iterations, mechanism.Hash, mechanism.HashBytes);
        CryptographicOperations.ZeroMemory(bytes);
        var credential = OfSaltedPassword(mechanism, salted, salt, iterations);
        CryptographicOperations.ZeroMemory(salted);
        return credential;
    }

    /// <summary>The credential of a password that is salted already, as clients send it in AlterUserScramCredentials.</summary>
    public static ScramCredential OfSaltedPassword(
        ScramMechanism mechanism, ReadOnlySpan<byte> saltedPassword, ReadOnlyMemory<byte> salt, int iterations)
    {
        var clientKey = mechanism.HmacOf(saltedPassword, "Client Key"u8);
        var credential = new ScramCredential(
            salt, mechanism.HashOf(clientKey), mechanism.HmacOf(saltedPassword, "Server Key"u8), iterations);
        CryptographicOperations.ZeroMemory(clientKey);
        return credential;
    }

    /// <summary>Without the keys, which belong into no log.</summary>
    public override string ToString() => $"{nameof(ScramCredential)} of {Iterations} iterations";
}
