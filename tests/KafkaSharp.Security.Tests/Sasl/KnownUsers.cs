using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Security.Sasl.Scram;

namespace KafkaSharp.Security.Tests.Sasl;

/// <summary>Users and delegation tokens that a test knows.</summary>
internal sealed class KnownUsers : IScramCredentials
{
    private readonly Dictionary<(ScramMechanism, string, bool), ScramUserCredential> _credentials = [];

    public void Add(ScramMechanism mechanism, string name, string password, string salt, int iterations = 4096) => _credentials.Add(
        (mechanism, name, false),
        new(Principal(name), ScramCredential.Of(mechanism, password, Convert.FromBase64String(salt), iterations)));

    public void AddToken(ScramMechanism mechanism, string tokenId, string hmac, string owner, long expiresAtMs) => _credentials.Add(
        (mechanism, tokenId, true), new(Principal(owner), ScramCredential.Of(mechanism, hmac, new byte[] { 1, 2, 3 }, 4096), expiresAtMs));

    public ScramUserCredential? OfUser(ScramMechanism mechanism, string name) => _credentials.GetValueOrDefault((mechanism, name, false));

    public ScramUserCredential? OfToken(ScramMechanism mechanism, string tokenId) =>
        _credentials.GetValueOrDefault((mechanism, tokenId, true));

    private static KafkaPrincipal Principal(string name) => new(KafkaPrincipal.UserType, name);
}
