using System.Security.Cryptography;
using System.Text;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>SCRAM (RFC 5802, Kafka's <c>ScramSaslServer</c>): two messages of the client, each followed by one of the broker.</summary>
/// <param name="mechanism">The hash function.</param>
/// <param name="credentials">What logins are checked against.</param>
/// <param name="newNonce">Printable characters without commas that nobody can guess.</param>
public sealed class ScramExchange(ScramMechanism mechanism, IScramCredentials credentials, Func<string> newNonce) : ISaslExchange
{
    private const int NonceLength = 26;

    private ClientFirstMessage? _first;
    private ScramUserCredential? _user;
    private string _nonce = "";
    private string _serverFirst = "";

#pragma warning disable RS0030 // The hashes of a login need OpenSSL too.
    public ScramExchange(ScramMechanism mechanism, IScramCredentials credentials)
        : this(mechanism, credentials, () => RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", NonceLength))
    {
    }
#pragma warning restore RS0030

    public SaslStep Evaluate(ReadOnlySpan<byte> message) => _first is null ? Begin(message) : End(message);

    private SaslStep Begin(ReadOnlySpan<byte> message)
    {
        if (ClientFirstMessage.Parse(message) is not { } first)
            return SaslStep.Fail("Invalid SCRAM client first message format");
        var user = first.IsTokenAuthentication
            ? credentials.OfToken(mechanism, first.UserName)
            : credentials.OfUser(mechanism, first.UserName);
        if (user is null)
            return SaslStep.Fail("Authentication failed: Invalid user credentials");
        if (first.AuthorizationId.Length > 0 && first.AuthorizationId != first.UserName)
            return SaslStep.FailVisibly(PlainExchange.OtherAuthorizationId);
        var credential = user.Credential;
        if (credential.Iterations < ScramMechanism.MinIterations)
        {
            return SaslStep.Fail(
                $"Iterations {credential.Iterations} is less than the minimum {ScramMechanism.MinIterations} for {mechanism.Name}");
        }
        (_first, _user, _nonce) = (first, user, first.Nonce + newNonce());
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(credential.Salt.Span)},i={credential.Iterations}";
        return SaslStep.Continue(Encoding.UTF8.GetBytes(_serverFirst));
    }

    private SaslStep End(ReadOnlySpan<byte> message)
    {
        if (ClientFinalMessage.Parse(message) is not { } final)
            return SaslStep.Fail("Invalid SCRAM client final message format");
        if (final.Nonce != _nonce)
            return SaslStep.Fail("Invalid client nonce in the final client message.");
        var signed = Encoding.UTF8.GetBytes($"{_first!.Bare},{_serverFirst},{final.WithoutProof}");
        var credential = _user!.Credential;
        if (!IsProof(final.Proof, credential.StoredKey.Span, signed))
            return SaslStep.Fail("Invalid client credentials");
        var signature = Convert.ToBase64String(mechanism.HmacOf(credential.ServerKey.Span, signed));
        return SaslStep.Complete(_user.Principal, Encoding.UTF8.GetBytes($"v={signature}"), _user.ExpiresAtMs);
    }

    // The proof is the client's key, combined with a signature that the stored key makes; its hash is the stored key.
    private bool IsProof(byte[] proof, ReadOnlySpan<byte> storedKey, byte[] signed)
    {
        var key = mechanism.HmacOf(storedKey, signed);
        if (proof.Length != key.Length)
            return false;
        for (var i = 0; i < key.Length; i++)
            key[i] ^= proof[i];
        var isRight = CryptographicOperations.FixedTimeEquals(mechanism.HashOf(key), storedKey);
        CryptographicOperations.ZeroMemory(key);
        return isRight;
    }
}
