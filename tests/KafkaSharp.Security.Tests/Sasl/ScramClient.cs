using System.Security.Cryptography;
using System.Text;
using KafkaSharp.Security.Sasl.Scram;

namespace KafkaSharp.Security.Tests.Sasl;

/// <summary>The other side of a login, written from RFC 5802 and not from the broker's.</summary>
internal sealed class ScramClient(ScramMechanism mechanism, string user, string password, string extensions = "", string header = "n,,")
{
    private readonly HashAlgorithmName _hash = mechanism == ScramMechanism.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
    private readonly string _bare = $"n={user},r=abc{extensions}";
    private string _serverSignature = "";

    public byte[] First() => Bytes(header + _bare);

    public byte[] Final(ReadOnlyMemory<byte> serverFirst, Func<string, string>? change = null)
    {
        var server = Encoding.UTF8.GetString(serverFirst.Span);
        var fields = server.Split(',').ToDictionary(field => field[0], field => field[2..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Bytes(password), Convert.FromBase64String(fields['s']), int.Parse(fields['i']), _hash, mechanism.HashBytes);
        var clientKey = Hmac(salted, Bytes("Client Key"));
        var withoutProof = $"c={Convert.ToBase64String(Bytes(header))},r={fields['r']}";
        var signed = Bytes($"{_bare},{server},{withoutProof}");
        var signature = Hmac(CryptographicOperations.HashData(_hash, clientKey), signed);
        _serverSignature = Convert.ToBase64String(Hmac(Hmac(salted, Bytes("Server Key")), signed));
        var proof = Convert.ToBase64String([.. clientKey.Zip(signature, (left, right) => (byte)(left ^ right))]);
        var message = $"{withoutProof},p={proof}";
        return Bytes(change?.Invoke(message) ?? message);
    }

    /// <summary>Whether the server has proved that it knows the password too.</summary>
    public bool Accepts(ReadOnlyMemory<byte> serverFinal) => Encoding.UTF8.GetString(serverFinal.Span) == $"v={_serverSignature}";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private byte[] Hmac(byte[] key, byte[] data) => CryptographicOperations.HmacData(_hash, key, data);
}
